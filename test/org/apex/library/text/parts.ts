import { types } from '../../types.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { commonLength } from './search.ts';

/** String methods that take a part out. */
export const partMethods = {
  'String abbreviate(Integer)': (self: string, width: number) => abbreviate(self, 0, width),
  'String abbreviate(Integer, Integer)': (self: string, width: number, offset: number) =>
    abbreviate(self, offset, width),
  'Integer charAt(Integer)': (self: string, index: number) => self.charCodeAt(checkedIndex(self, index)),
  'Integer codePointAt(Integer)': (self: string, index: number) => self.codePointAt(checkedIndex(self, index)),
  'Integer codePointBefore(Integer)': (self: string, index: number) => {
    const before = checkedIndex(self, index - 1);
    const isLowHalf = /[\uDC00-\uDFFF]/.test(self.charAt(before)) && /[\uD800-\uDBFF]/.test(self.charAt(before - 1));
    return self.codePointAt(isLowHalf ? before - 1 : before);
  },
  'Integer codePointCount(Integer, Integer)': (self: string, start: number, end: number) =>
    Array.from(substring(self, start, end)).length,
  'Integer offsetByCodePoints(Integer, Integer)': (self: string, index: number, offset: number) => {
    const points = Array.from(self.slice(index)).slice(0, offset);
    if (points.length < offset || offset < 0)
      return throwApex('System.StringException', `Index out of bounds: ${offset}`);
    return index + points.join('').length;
  },
  'String difference(String)': (self: string, other: string) => other.slice(commonLength(self, other)),
  'List<Integer> getChars()': (self: string) =>
    new ApexList(
      types.Integer,
      Array.from({ length: self.length }, (_, index) => self.charCodeAt(index)),
    ),
  'String left(Integer)': (self: string, count: number) => self.slice(0, Math.max(count, 0)),
  'String right(Integer)': (self: string, count: number) => (count <= 0 ? '' : self.slice(-count)),
  'String mid(Integer, Integer)': (self: string, start: number, count: number) =>
    count <= 0 || start > self.length ? '' : self.slice(Math.max(start, 0), Math.max(start, 0) + count),
  'String substring(Integer)': (self: string, start: number) => substring(self, start, self.length),
  'String substring(Integer, Integer)': substring,
  'String substringAfter(String)': (self: string, mark: string) => {
    const index = self.indexOf(mark);
    return index < 0 ? '' : self.slice(index + mark.length);
  },
  'String substringAfterLast(String)': (self: string, mark: string) => {
    const index = self.lastIndexOf(mark);
    return index < 0 || mark === '' ? '' : self.slice(index + mark.length);
  },
  'String substringBefore(String)': (self: string, mark: string) => {
    const index = self.indexOf(mark);
    return index < 0 ? self : self.slice(0, index);
  },
  'String substringBeforeLast(String)': (self: string, mark: string) => {
    const index = self.lastIndexOf(mark);
    return index < 0 || mark === '' ? self : self.slice(0, index);
  },
  'String substringBetween(String)': (self: string, tag: string) => substringBetween(self, tag, tag),
  'String substringBetween(String, String)': substringBetween,
};

function substring(self: string, start: number, end: number): string {
  if (start < 0 || start > self.length)
    throwApex('System.StringException', `Starting position out of bounds: ${start}`);
  if (end < start || end > self.length) throwApex('System.StringException', `Ending position out of bounds: ${end}`);
  return self.slice(start, end);
}

function substringBetween(self: string, open: string, close: string): string | null {
  const start = self.indexOf(open);
  const end = start < 0 ? -1 : self.indexOf(close, start + open.length);
  return end < 0 ? null : self.slice(start + open.length, end);
}

function checkedIndex(self: string, index: number): number {
  if (index < 0 || index >= self.length) throwApex('System.StringException', `String index out of range: ${index}`);
  return index;
}

function abbreviate(self: string, offset: number, width: number): string {
  if (width < 4) throwApex('System.StringException', 'Minimum abbreviation width is 4');
  if (self.length <= width) return self;
  const start = Math.min(offset, self.length - (width - 3));
  if (start <= 4) return `${self.slice(0, width - 3)}...`;
  if (width < 7) throwApex('System.StringException', 'Minimum abbreviation width with offset is 7');
  if (start + width - 3 < self.length) return `...${abbreviate(self.slice(start), 0, width - 3)}`;
  return `...${self.slice(self.length - (width - 3))}`;
}
