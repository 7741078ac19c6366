import { ApexDate } from '../../runtime/values/apex-date.ts';
import { ApexDatetime, ApexTime } from '../../runtime/values/apex-datetime.ts';
import { ApexDecimal } from '../../runtime/values/apex-decimal.ts';
import { ApexDouble } from '../../runtime/values/apex-double.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import {
  addDecimals,
  divideDecimals,
  multiplyDecimals,
  negateDecimal,
  subtractDecimals,
} from '../../runtime/values/decimal-arithmetic.ts';
import { divideIntegers, divideLongs, throwDivideByZero, toInt64 } from '../../runtime/values/integers.ts';
import { type ApexNumber, toDecimal, toDouble } from '../../runtime/values/numbers.ts';
import { toApexString } from '../../runtime/values/text.ts';
import { type ApexType } from '../../types.ts';

const DAY_MS = 86_400_000;

/** Arithmetic and the conversions between types that stand for each other; null stays null in conversions. */
export function createArithmetic() {
  return {
    divideIntegers,
    divideLongs,
    addDecimals,
    subtractDecimals,
    multiplyDecimals,
    divideDecimals,
    addDoubles: (a: ApexDouble, b: ApexDouble) => new ApexDouble(a.value + b.value),
    subtractDoubles: (a: ApexDouble, b: ApexDouble) => new ApexDouble(a.value - b.value),
    multiplyDoubles: (a: ApexDouble, b: ApexDouble) => new ApexDouble(a.value * b.value),
    divideDoubles: (a: ApexDouble, b: ApexDouble) =>
      b.value === 0 ? throwDivideByZero() : new ApexDouble(a.value / b.value),
    negate,
    shiftLong,
    addDateDays: (date: ApexDate, days: ApexNumber) => date.plusDays(Math.trunc(toDouble(days))),
    addDatetimeDays: (instant: ApexDatetime, days: ApexNumber) =>
      new ApexDatetime(instant.epochMs + Math.round(toDouble(days) * DAY_MS)),
    addTimeDays: (time: ApexTime, milliseconds: ApexNumber) => new ApexTime(time.milliseconds + toDouble(milliseconds)),
    decimalOf: (text: string) => ApexDecimal.parse(text),
    doubleOf: (value: number) => new ApexDouble(value),
    toLong: (value: number | null) => (value === null ? null : BigInt(value)),
    toDouble: (value: ApexNumber | null) => (value === null ? null : new ApexDouble(toDouble(value))),
    toDecimal: (value: ApexNumber | null) => (value === null ? null : toDecimal(value)),
    narrowInteger: (value: ApexNumber | null) => (value === null ? null : Math.trunc(toDouble(value)) | 0),
    narrowLong: (value: ApexNumber | null) => (value === null ? null : BigInt(Math.trunc(toDouble(value)))),
    toString: (value: ApexId | string | null) => (value instanceof ApexId ? value.value : value),
    toId: (value: ApexId | string | null) => (typeof value === 'string' ? ApexId.of(value) : value),
    toDatetime: (value: ApexDate | null) => (value instanceof ApexDate ? ApexDatetime.ofDate(value) : value),
    text: toApexString,
    copyList,
  };
}

function negate(value: ApexNumber): ApexNumber {
  if (typeof value === 'number') return -value | 0;
  if (typeof value === 'bigint') return toInt64(-value);
  return value instanceof ApexDouble ? new ApexDouble(-value.value) : negateDecimal(value);
}

/** Java takes only the low six bits of the distance. */
function shiftLong(operator: string, value: bigint, distance: bigint): bigint {
  const by = BigInt.asUintN(6, distance);
  if (operator === '<<') return toInt64(value << by);
  return operator === '>>' ? value >> by : toInt64(BigInt.asUintN(64, value) >> by);
}

/** A `List<Id>` where a `List<String>` is declared, and the other way round. */
function copyList(list: ApexList | null, elementType: ApexType): ApexList | null {
  if (list === null) return null;
  const isId = elementType.kind === 'primitive' && elementType.name === 'Id';
  const convert = (item: unknown): unknown => {
    if (isId && typeof item === 'string') return ApexId.of(item);
    return !isId && item instanceof ApexId ? item.value : item;
  };
  return new ApexList(elementType, list.items.map(convert));
}
