import { currentProgram } from '../../program.ts';
import { type ApexEnumValue } from '../../runtime/values/apex-enum.ts';

/** The constant of a platform enum by its name, as the running program holds it. */
export function constant(enumName: string, name: string): ApexEnumValue {
  const found = currentProgram()
    .enumValues(enumName)
    .find((value) => value.name === name);
  if (!found) throw new Error(`The library lacks ${enumName}.${name}.`);
  return found;
}
