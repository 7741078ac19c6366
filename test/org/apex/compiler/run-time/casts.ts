import { ApexDate } from '../../runtime/values/apex-date.ts';
import { ApexDatetime } from '../../runtime/values/apex-datetime.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexDouble } from '../../runtime/values/apex-double.ts';
import { ApexId, fullId } from '../../runtime/values/apex-id.ts';
import { isNumber, toDecimal, toDouble } from '../../runtime/values/numbers.ts';
import { apexTypeOf } from '../../runtime/values/type-of.ts';
import { type ApexType, sameType, typeName, types } from '../../types.ts';

type IsAssignable = (from: ApexType, to: ApexType) => boolean;

/** Whether a value is an instance of a type: its real type counts, not the declared one. */
export function isInstanceOf(value: unknown, type: ApexType, isAssignable: IsAssignable): boolean {
  if (value === null) return false;
  const actual = apexTypeOf(value);
  if (sameType(actual, type) || type.kind === 'any') return true;
  if (type.kind !== 'primitive') return isAssignable(actual, type);
  return type.name === 'Id' && typeof value === 'string' && fullId(value) !== null;
}

/** Run-time casts and `instanceof`. */
export function createCasts(isAssignable: IsAssignable) {
  const isInstance = (value: unknown, type: ApexType): boolean => isInstanceOf(value, type, isAssignable);
  const cast = (value: unknown, type: ApexType): unknown => {
    if (value === null || (isInstance(value, type) && !sameType(type, types.Id))) return value;
    const converted = type.kind === 'primitive' ? convert(value, type.name) : null;
    if (converted !== null) return converted;
    return throwApex(
      'System.TypeException',
      `Invalid conversion from runtime type ${runtimeName(apexTypeOf(value))} to ${runtimeName(type)}`,
    );
  };
  return { isInstance, cast };
}

/** `List<Object>` is shown as `List<ANY>`. */
function runtimeName(type: ApexType): string {
  return typeName(type).replace(/\bObject\b/g, 'ANY');
}

/** What a cast from Object may still change: a narrower number, an id, a day. */
function convert(value: unknown, to: string): unknown {
  if (to === 'Id') return value instanceof ApexId ? value : typeof value === 'string' ? ApexId.of(value) : null;
  if (to === 'String') return value instanceof ApexId ? value.value : null;
  if (to === 'Datetime') return value instanceof ApexDate ? ApexDatetime.ofDate(value) : null;
  return isNumber(value) ? convertNumber(value, to) : null;
}

function convertNumber(value: Parameters<typeof toDecimal>[0], to: string): unknown {
  if (to === 'Decimal') return toDecimal(value);
  if (to === 'Double') return new ApexDouble(toDouble(value));
  return to === 'Long' && typeof value === 'number' ? BigInt(value) : null;
}
