import { types } from '../../types.ts';
import { type ApexDate } from '../../runtime/values/apex-date.ts';
import { type ApexDatetime } from '../../runtime/values/apex-datetime.ts';
import { requireArgument, throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexObject } from '../../runtime/values/apex-object.ts';
import { ApexSet } from '../../runtime/values/apex-set.ts';
import { textHash, toApexString } from '../../runtime/values/text.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { drainIterable } from '../collections/list-class.ts';
import { platformClass } from '../declare.ts';
import { ApexPattern } from '../pattern/java-pattern.ts';
import { formatPattern } from '../time/date-format.ts';
import { userTimeZone } from '../session-locale.ts';
import { characterMethods } from './characters.ts';
import { escapeMethods, escapeSingleQuotes } from './escapes.ts';
import { formatMessage } from './message-format.ts';
import { partMethods } from './parts.ts';
import { equalityMethods, searchMethods } from './search.ts';
import { commonPrefix, isBlank, shapeMethods } from './shape.ts';

const SQL_STYLE = 'yyyy-MM-dd HH:mm:ss';

const patternMethods = {
  'String replaceAll(String, String)': (self: string, pattern: string, replacement: string) =>
    ApexPattern.compile(pattern).replaceAll(self, replacement),
  'String replaceFirst(String, String)': (self: string, pattern: string, replacement: string) =>
    ApexPattern.compile(pattern).replaceFirst(self, replacement),
  'List<String> split(String)': (self: string, pattern: string) =>
    new ApexList(types.String, ApexPattern.compile(pattern).split(self, 0)),
  'List<String> split(String, Integer)': (self: string, pattern: string, limit: number) =>
    new ApexList(types.String, ApexPattern.compile(pattern).split(self, limit)),
};

const valueText = (value: unknown): string | null => (value === null ? null : toApexString(value));

export const stringClass = platformClass('String', {
  statics: {
    'String escapeSingleQuotes(String)': strictStatic(escapeSingleQuotes),
    'String format(String, List<Object>)': strictStatic((pattern: string, values: ApexList) =>
      formatMessage(pattern, values.items),
    ),
    'String fromCharArray(List<Integer>)': strictStatic((codes: ApexList) =>
      codes.items.map((code) => String.fromCharCode(requireArgument(code as number | null, 1))).join(''),
    ),
    'String getCommonPrefix(List<String>)': strictStatic((texts: ApexList) =>
      commonPrefix(texts.items.map((text) => (text === null ? '' : toApexString(text)))),
    ),
    'Boolean isBlank(String)': isBlank,
    'Boolean isNotBlank(String)': (text: string | null) => !isBlank(text),
    'Boolean isEmpty(String)': (text: string | null) => text === null || text === '',
    'Boolean isNotEmpty(String)': (text: string | null) => text !== null && text !== '',
    'String join(Object, String)': (items: unknown, separator: string | null) =>
      itemsOf(requireArgument(items, 1))
        .map((item) => (item === null ? '' : toApexString(item)))
        .join(separator ?? ''),
    'String valueOf(Date)': (date: ApexDate | null) => date && date.iso(),
    'String valueOf(Datetime)': (instant: ApexDatetime | null) =>
      instant && formatPattern(instant.epochMs, SQL_STYLE, userTimeZone()),
    'String valueOf(Decimal)': valueText,
    'String valueOf(Double)': valueText,
    'String valueOf(Integer)': valueText,
    'String valueOf(Long)': valueText,
    'String valueOf(Object)': valueText,
    'String valueOfGmt(Datetime)': strictStatic((instant: ApexDatetime) =>
      formatPattern(instant.epochMs, SQL_STYLE, 'GMT'),
    ),
  },
  methods: {
    ...strictMethods(searchMethods),
    ...equalityMethods,
    ...strictMethods(partMethods),
    ...strictMethods(shapeMethods),
    ...strictMethods(characterMethods),
    ...strictMethods(escapeMethods),
    ...strictMethods(patternMethods),
    'Integer hashCode()': textHash,
    'Integer length()': (self: string) => self.length,
    'String toString()': (self: string) => self,
  },
});

/** Everything an Iterable gives, of the platform or of Apex code. */
function itemsOf(iterable: unknown): readonly unknown[] {
  if (iterable instanceof ApexSet) return iterable.items;
  if (iterable instanceof ApexList || iterable instanceof ApexObject) return drainIterable(iterable);
  return throwApex('System.TypeException', 'String.join needs a List, a Set or another Iterable.');
}
