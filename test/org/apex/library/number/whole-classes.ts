import { ApexDecimal } from '../../runtime/values/apex-decimal.ts';
import { ApexDouble, doubleToInteger, doubleToLong } from '../../runtime/values/apex-double.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { decimalToInteger } from '../../runtime/values/decimal-arithmetic.ts';
import { formatNumber, longToInteger, parseInteger, parseLong } from '../../runtime/values/integers.ts';
import { isNumber, toDouble } from '../../runtime/values/numbers.ts';
import { toApexString } from '../../runtime/values/text.ts';
import { strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';
import { userLocale } from '../session-locale.ts';

export const integerClass = platformClass('Integer', {
  statics: {
    'Integer valueOf(String)': strictStatic(parseInteger),
    'Integer valueOf(Object)': strictStatic(integerOf),
  },
  methods: { 'String format()': (self: number) => formatNumber(String(self), userLocale()) },
});

export const longClass = platformClass('Long', {
  statics: { 'Long valueOf(String)': strictStatic(parseLong) },
  methods: {
    'String format()': (self: bigint) => formatNumber(String(self), userLocale()),
    'Integer intValue()': longToInteger,
  },
});

export const doubleClass = platformClass('Double', {
  statics: {
    'Double valueOf(String)': strictStatic((text: string) => ApexDouble.parse(text)),
    'Double valueOf(Object)': strictStatic(doubleOf),
  },
  methods: {
    'String format()': (self: ApexDouble) => formatNumber(String(self.value), userLocale()),
    'Integer intValue()': (self: ApexDouble) => doubleToInteger(self.value),
    'Long longValue()': (self: ApexDouble) => doubleToLong(self.value),
    'Long round()': (self: ApexDouble) => doubleToLong(Math.floor(self.value + 0.5)),
  },
});

export const booleanClass = platformClass('Boolean', {
  statics: { 'Boolean valueOf(Object)': strictStatic(booleanOf) },
});

function integerOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return longToInteger(value);
  if (value instanceof ApexDouble) return doubleToInteger(value.value);
  return value instanceof ApexDecimal ? decimalToInteger(value) : parseInteger(toApexString(value));
}

function doubleOf(value: unknown): ApexDouble {
  return isNumber(value) ? new ApexDouble(toDouble(value)) : ApexDouble.parse(toApexString(value));
}

function booleanOf(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.toLowerCase() === 'true';
  return throwApex('System.TypeException', `Invalid boolean: ${toApexString(value)}`);
}
