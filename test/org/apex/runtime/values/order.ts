import { currentProgram } from '../../program.ts';
import { classOf } from '../../types.ts';
import { ApexDate } from './apex-date.ts';
import { ApexDatetime, ApexTime } from './apex-datetime.ts';
import { ApexEnumValue } from './apex-enum.ts';
import { throwApex } from './apex-exception.ts';
import { ApexId } from './apex-id.ts';
import { ApexObject } from './apex-object.ts';
import { compareNumbers } from './numbers.ts';

/** Implemented by records, which have an order of their own for `List.sort()`. */
type Sortable = { readonly compareForSort: (other: unknown) => number };

/** The sign of `a - b` for `<` and its kin on text, dates, times and ids; text ignores case. */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'string' || typeof b === 'string')
    return compareText(textOf(a).toLowerCase(), textOf(b).toLowerCase());
  return compareScalars(a, b) ?? throwApex('System.TypeException', 'Values of these types have no order.');
}

/** The order of `List.sort()`: nulls first, text by its characters, enums by their place, Comparable by itself. */
export function compareForSort(a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const scalar = compareScalars(a, b);
  if (scalar !== null) return scalar;
  if (isSortable(a)) return a.compareForSort(b);
  if (a instanceof ApexObject && currentProgram().isInstance(a, classOf('System.Comparable')))
    return currentProgram().invoke(a, 'compareTo', [b]) as number;
  return throwApex('System.ListException', 'One or more of the items in this list is not Comparable.');
}

/** Java's `String.compareTo`: the difference of the first unequal characters, or of the lengths. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = a.charCodeAt(index) - b.charCodeAt(index);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareScalars(a: unknown, b: unknown): number | null {
  const numbers = compareNumbers(a, b);
  if (numbers !== null) return numbers;
  const [left, right] = [rankOf(a), rankOf(b)];
  if (left !== null && right !== null) return left - right;
  return a instanceof ApexId && b instanceof ApexId ? compareText(a.value, b.value) : null;
}

function rankOf(value: unknown): number | null {
  if (value instanceof ApexDate) return ApexDatetime.ofDate(value).epochMs;
  if (value instanceof ApexDatetime) return value.epochMs;
  if (value instanceof ApexTime) return value.milliseconds;
  if (value instanceof ApexEnumValue) return value.ordinal;
  return typeof value === 'boolean' ? Number(value) : null;
}

function textOf(value: unknown): string {
  return value instanceof ApexId ? value.value : String(value);
}

function isSortable(value: unknown): value is Sortable {
  return typeof value === 'object' && value !== null && 'compareForSort' in value;
}
