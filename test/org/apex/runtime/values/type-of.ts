import { type ApexType, types } from '../../types.ts';
import { ApexValue } from './apex-value.ts';

/** The type a value really has, whatever it was declared as; null has none of its own. */
export function apexTypeOf(value: unknown): ApexType {
  if (value instanceof ApexValue) return value.apexType;
  switch (typeof value) {
    case 'string':
      return types.String;
    case 'number':
      return types.Integer;
    case 'bigint':
      return types.Long;
    case 'boolean':
      return types.Boolean;
    default:
      return types.null;
  }
}
