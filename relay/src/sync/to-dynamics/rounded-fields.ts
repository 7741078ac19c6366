import { Decimal } from 'decimal.js';
import type { EntityDescription, Value, Values } from '../../dynamics/connector.ts';
import { fault, type Fault } from '../../errors.ts';
import { sameValue } from '../canonical.ts';
import { parseDecimal } from '../decimal.ts';
import type { FieldVerdict } from '../merge.ts';

const ROUNDINGS = [Decimal.ROUND_HALF_UP, Decimal.ROUND_HALF_EVEN, Decimal.ROUND_UP, Decimal.ROUND_DOWN] as const;

/** The numbers that were sent and of which Dynamics kept fewer decimals: money that neither side's user ever wrote. */
export function roundedFields(
  verdicts: readonly FieldVerdict[],
  held: Values,
  entity: EntityDescription,
): FieldVerdict[] {
  return verdicts.filter(({ verdict, field, dynamicsField, outbound }) => {
    const type = entity.fields.get(dynamicsField)?.type;
    const value = held[dynamicsField];
    if (verdict !== 'toDynamics' || type?.kind !== 'decimal' || value === undefined) return false;
    return !sameValue(outbound, value, field, type) && decimalsKept(outbound, value) !== null;
  });
}

/** The fault of a number that stands rounded, naming the field and the next step, never the value. */
export function roundedFault(name: string, { field, dynamicsField, outbound }: FieldVerdict, held: Values): Fault {
  const kept = keptText(outbound, held[dynamicsField] ?? null) ?? 'is rounded';
  return fault('VALUE_WRONG_TYPE', `${name}${dynamicsField} (${field.name}) ${kept}.`, { field: dynamicsField });
}

/** What is said of a number that Dynamics rounded; null where what it holds is not that number rounded. */
export function keptText(sent: Value, held: Value): string | null {
  const kept = decimalsKept(sent, held);
  if (kept === null) return null;
  return `has more decimals than the ${kept} that Dynamics keeps; give the field mapping the option {"scale":${kept}}, or round in its formula`;
}

function decimalsKept(sent: Value, held: Value): number | null {
  const exact = typeof sent === 'string' ? parseDecimal(sent) : null;
  const rounded = typeof held === 'string' ? parseDecimal(held) : null;
  if (exact === null || rounded === null || exact.equals(rounded)) return null;
  for (let places = rounded.decimalPlaces(); places < exact.decimalPlaces(); places += 1) {
    if (ROUNDINGS.some((rounding) => exact.toDecimalPlaces(places, rounding).equals(rounded))) return places;
  }
  return null;
}
