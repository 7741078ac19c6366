import { ApexDecimal } from '../../runtime/values/apex-decimal.ts';
import { ApexDouble, doubleToInteger, doubleToLong } from '../../runtime/values/apex-double.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { roundToLong, setScale } from '../../runtime/values/decimal-arithmetic.ts';
import { longToInteger, throwDivideByZero, toInt32, toInt64 } from '../../runtime/values/integers.ts';
import { toDecimal, toDouble } from '../../runtime/values/numbers.ts';
import { currentExecution } from '../../execution/execution.ts';
import { strictStatic } from '../arguments.ts';
import { type Implementation, platformClass } from '../declare.ts';

/** Java's rint: a half goes to the even neighbor. */
const rint = (value: number): number => {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
};

/** Functions of floating point, which Apex has for Double and for Decimal. */
const REAL_FUNCTIONS: Readonly<Record<string, (value: number) => number>> = {
  acos: Math.acos,
  asin: Math.asin,
  atan: Math.atan,
  cbrt: Math.cbrt,
  cos: Math.cos,
  cosh: Math.cosh,
  exp: Math.exp,
  log: Math.log,
  log10: Math.log10,
  sin: Math.sin,
  sinh: Math.sinh,
  sqrt: Math.sqrt,
  tan: Math.tan,
  tanh: Math.tanh,
};

const realFunctions = Object.fromEntries(
  Object.entries(REAL_FUNCTIONS).flatMap(([name, call]): [string, Implementation][] => [
    [`Double ${name}(Double)`, strictStatic((value: ApexDouble) => new ApexDouble(call(value.value)))],
    [`Decimal ${name}(Decimal)`, strictStatic((value: ApexDecimal) => realResult(call(toDouble(value))))],
  ]),
);

const doubleOf = (call: (value: number) => number): Implementation =>
  strictStatic((value: ApexDouble) => new ApexDouble(call(value.value)));

const doubleOfTwo = (call: (a: number, b: number) => number): Implementation =>
  strictStatic((a: ApexDouble, b: ApexDouble) => new ApexDouble(call(a.value, b.value)));

const greater = (a: ApexDecimal, b: ApexDecimal): ApexDecimal => (b.value.gt(a.value) ? b : a);
const smaller = (a: ApexDecimal, b: ApexDecimal): ApexDecimal => (b.value.lt(a.value) ? b : a);

const extremes: Record<string, Implementation> = {
  'Integer max(Integer, Integer)': strictStatic((a: number, b: number) => Math.max(a, b)),
  'Long max(Long, Long)': strictStatic((a: bigint, b: bigint) => (a > b ? a : b)),
  'Double max(Double, Double)': doubleOfTwo(Math.max),
  'Decimal max(Decimal, Decimal)': strictStatic(greater),
  'Integer min(Integer, Integer)': strictStatic((a: number, b: number) => Math.min(a, b)),
  'Long min(Long, Long)': strictStatic((a: bigint, b: bigint) => (a < b ? a : b)),
  'Double min(Double, Double)': doubleOfTwo(Math.min),
  'Decimal min(Decimal, Decimal)': strictStatic(smaller),
};

const roundings: Record<string, Implementation> = {
  'Decimal ceil(Decimal)': strictStatic((value: ApexDecimal) => setScale(value, 0, 'CEILING')),
  'Double ceil(Double)': doubleOf(Math.ceil),
  'Decimal floor(Decimal)': strictStatic((value: ApexDecimal) => setScale(value, 0, 'FLOOR')),
  'Double floor(Double)': doubleOf(Math.floor),
  'Decimal rint(Decimal)': strictStatic((value: ApexDecimal) => setScale(value, 0, 'HALF_EVEN')),
  'Double rint(Double)': doubleOf(rint),
  'Integer round(Decimal)': strictStatic((value: ApexDecimal) => longToInteger(roundToLong(value, 'HALF_EVEN'))),
  'Integer round(Double)': strictStatic((value: ApexDouble) => doubleToInteger(Math.floor(value.value + 0.5))),
  'Long roundToLong(Decimal)': strictStatic((value: ApexDecimal) => roundToLong(value, 'HALF_EVEN')),
  'Long roundToLong(Double)': strictStatic((value: ApexDouble) => doubleToLong(Math.floor(value.value + 0.5))),
};

const arithmetic: Record<string, Implementation> = {
  'Integer abs(Integer)': strictStatic((value: number) => toInt32(Math.abs(value))),
  'Long abs(Long)': strictStatic((value: bigint) => toInt64(value < 0n ? -value : value)),
  'Double abs(Double)': doubleOf(Math.abs),
  'Decimal abs(Decimal)': strictStatic((value: ApexDecimal) => new ApexDecimal(value.value.abs(), value.scale)),
  'Integer mod(Integer, Integer)': strictStatic((a: number, b: number) =>
    b === 0 ? throwDivideByZero() : (a % b) | 0,
  ),
  'Long mod(Long, Long)': strictStatic((a: bigint, b: bigint) => (b === 0n ? throwDivideByZero() : a % b)),
  'Double pow(Double, Double)': doubleOfTwo((base, exponent) => base ** exponent),
  'Double atan2(Double, Double)': doubleOfTwo(Math.atan2),
  'Decimal atan2(Decimal, Decimal)': strictStatic((y: ApexDecimal, x: ApexDecimal) =>
    realResult(Math.atan2(toDouble(y), toDouble(x))),
  ),
  'Double signum(Double)': doubleOf(Math.sign),
  'Decimal signum(Decimal)': strictStatic((value: ApexDecimal) => toDecimal(value.value.comparedTo(0))),
  'Double random()': () => new ApexDouble(currentExecution().org.randomBytes(6).readUIntBE(0, 6) / 2 ** 48),
};

export const mathClass = platformClass('Math', {
  staticProperties: {
    'Double E': { get: () => new ApexDouble(Math.E) },
    'Double PI': { get: () => new ApexDouble(Math.PI) },
  },
  statics: { ...arithmetic, ...extremes, ...roundings, ...realFunctions },
});

/** A Decimal has no room for what is no number. */
function realResult(value: number): ApexDecimal {
  if (!Number.isFinite(value)) throwApex('System.MathException', 'The result is not a number.');
  return ApexDecimal.ofDouble(value);
}
