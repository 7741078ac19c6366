import { ApexDecimal } from '../../runtime/values/apex-decimal.ts';
import { ApexDouble } from '../../runtime/values/apex-double.ts';
import { type ApexEnumValue } from '../../runtime/values/apex-enum.ts';
import {
  decimalToDouble,
  decimalToInteger,
  decimalToLong,
  divideToScale,
  powerOf,
  precisionOf,
  type RoundingName,
  roundToLong,
  setScale,
  stripTrailingZeros,
} from '../../runtime/values/decimal-arithmetic.ts';
import { formatNumber } from '../../runtime/values/integers.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';
import { userLocale } from '../session-locale.ts';

export const decimalClass = platformClass('Decimal', {
  statics: {
    'Decimal valueOf(String)': strictStatic((text: string) => ApexDecimal.parse(text)),
    'Decimal valueOf(Double)': strictStatic((value: ApexDouble) => ApexDecimal.ofDouble(value.value)),
    'Decimal valueOf(Long)': strictStatic((value: bigint) => ApexDecimal.ofWhole(value)),
  },
  methods: strictMethods({
    'Decimal abs()': (self: ApexDecimal) => new ApexDecimal(self.value.abs(), self.scale),
    'Decimal divide(Decimal, Integer)': (self: ApexDecimal, divisor: ApexDecimal, scale: number) =>
      divideToScale(self, divisor, scale, 'HALF_UP'),
    'Decimal divide(Decimal, Integer, RoundingMode)': (
      self: ApexDecimal,
      divisor: ApexDecimal,
      scale: number,
      mode: ApexEnumValue,
    ) => divideToScale(self, divisor, scale, mode.name as RoundingName),
    'Double doubleValue()': (self: ApexDecimal) => new ApexDouble(decimalToDouble(self)),
    'String format()': (self: ApexDecimal) => formatNumber(self.toPlainString(), userLocale()),
    'Integer intValue()': decimalToInteger,
    'Long longValue()': decimalToLong,
    'Decimal pow(Integer)': powerOf,
    'Integer precision()': precisionOf,
    'Long round()': (self: ApexDecimal) => roundToLong(self, 'HALF_EVEN'),
    'Long round(RoundingMode)': (self: ApexDecimal, mode: ApexEnumValue) =>
      roundToLong(self, mode.name as RoundingName),
    'Integer scale()': (self: ApexDecimal) => self.scale,
    'Decimal setScale(Integer)': (self: ApexDecimal, scale: number) => setScale(self, scale, 'HALF_EVEN'),
    'Decimal setScale(Integer, RoundingMode)': (self: ApexDecimal, scale: number, mode: ApexEnumValue) =>
      setScale(self, scale, mode.name as RoundingName),
    'Decimal stripTrailingZeros()': stripTrailingZeros,
    'String toPlainString()': (self: ApexDecimal) => self.toPlainString(),
  }),
});
