import { type ApexEnumValue } from '../../runtime/values/apex-enum.ts';
import { equalsValue, hashCodeOf } from '../../runtime/values/equality.ts';
import { toApexString } from '../../runtime/values/text.ts';
import { platformClass } from '../declare.ts';

/** What every value can do. */
export const objectClass = platformClass('Object', {
  isVirtual: true,
  methods: {
    'Boolean equals(Object)': (self: unknown, other: unknown) => equalsValue(self, other),
    'Integer hashCode()': hashCodeOf,
    'String toString()': toApexString,
  },
});

export const enumClass = platformClass('Enum', {
  methods: {
    'String name()': (self: ApexEnumValue) => self.name,
    'Integer ordinal()': (self: ApexEnumValue) => self.ordinal,
    'String toString()': (self: ApexEnumValue) => self.name,
  },
});
