import { ApexEnumValue } from '../../runtime/values/apex-enum.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { classOf } from '../../types.ts';

type EnumValues = (enumName: string) => readonly ApexEnumValue[];

/** Makes the constants of an enum, in their order. */
export function createEnum(enumName: string, names: readonly string[]): readonly ApexEnumValue[] {
  return names.map((name, ordinal) => new ApexEnumValue(enumName, name, ordinal));
}

/** Constants, `values()` and `valueOf()`. */
export function createEnums(enumValues: EnumValues) {
  return {
    enumConstant: (enumName: string, constant: string): ApexEnumValue | undefined =>
      enumValues(enumName).find(({ name }) => name === constant),
    enumList: (enumName: string) => new ApexList(classOf(enumName), [...enumValues(enumName)]),
    enumValueOf: (enumName: string, name: string | null): ApexEnumValue => {
      if (name === null) return throwApex('System.NullPointerException', 'Argument 1 cannot be null');
      const found = enumValues(enumName).find((each) => each.name.toLowerCase() === name.toLowerCase());
      return found ?? throwApex('System.NoSuchElementException', `No enum constant ${enumName}.${name}`);
    },
  };
}
