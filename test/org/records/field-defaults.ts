import { parseSync } from 'sformula';
import { type Field, isNumeric } from '../metadata/schema.ts';
import { notSupported } from '../record-error.ts';
import { coerce, type FieldValue } from '../store/values.ts';
import { withClock, type FormulaClock } from './formula-clock.ts';

/** A field's value on insert where the caller gave none. */
export function defaultValue(field: Field, clock: FormulaClock): FieldValue {
  const chosen = field.picklist.find((entry) => entry.isDefault);
  if (chosen) return chosen.value;
  if (field.defaultFormula === null) return field.type === 'boolean' ? false : null;
  const text = field.defaultFormula;
  if (field.type === 'boolean' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (isNumeric(field) && /^-?\d+(\.\d+)?$/.test(text)) return coerce(field, text);
  try {
    const { formula, inputTypes, inputs } = withClock(text, clock);
    return coerce(field, parseSync(formula, { inputTypes }).evaluate(inputs) as FieldValue);
  } catch (error) {
    throw notSupported(
      `the default value ${text} of ${field.name} (${error instanceof Error ? error.message : 'unknown'})`,
    );
  }
}
