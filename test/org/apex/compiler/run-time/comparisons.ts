import { equalsValue, sameText } from '../../runtime/values/equality.ts';
import { ApexCollection } from '../../runtime/values/apex-collection.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { ApexObject } from '../../runtime/values/apex-object.ts';
import { ApexValue } from '../../runtime/values/apex-value.ts';
import { compareValues } from '../../runtime/values/order.ts';

type Whole = number | bigint | null;

/** `==`, `===`, `<` and their kin. */
export function createComparisons() {
  const order =
    (test: (sign: number) => boolean) =>
    (a: unknown, b: unknown): boolean => {
      if (a !== null && b !== null) return test(compareValues(a, b));
      return isText(a ?? b) && test(Number(a !== null) - Number(b !== null));
    };
  return {
    equal: equalsValue,
    equalText: (a: string | null, b: string | null) => a === b || (a !== null && b !== null && sameText(a, b)),
    isSame,
    isLess: order((sign) => sign < 0),
    isLessOrEqual: order((sign) => sign <= 0),
    isGreater: order((sign) => sign > 0),
    isGreaterOrEqual: order((sign) => sign >= 0),
    isLessWhole: (a: Whole, b: Whole) => a !== null && b !== null && a < b,
    isLessOrEqualWhole: (a: Whole, b: Whole) => a !== null && b !== null && a <= b,
    isGreaterWhole: (a: Whole, b: Whole) => a !== null && b !== null && a > b,
    isGreaterOrEqualWhole: (a: Whole, b: Whole) => a !== null && b !== null && a >= b,
  };
}

/** Text that is there is always greater than null; numbers and dates have no order with null. */
function isText(value: unknown): boolean {
  return typeof value === 'string' || value instanceof ApexId;
}

/** `===`: objects, records and collections by identity, plain values by value. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const isReference = (value: unknown): boolean =>
    value instanceof ApexObject ||
    value instanceof ApexCollection ||
    (value instanceof ApexValue && value.apexType.kind === 'sobject');
  return !isReference(a) && !isReference(b) && equalsValue(a, b);
}
