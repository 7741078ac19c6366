import type { EntityDescription, Values } from '../../dynamics/connector.ts';
import { sameValue } from '../canonical.ts';
import type { FieldVerdict } from '../merge.ts';
import type { LinePlan } from '../plan.ts';

/**
 * The fields of a line that Dynamics does not hold as Salesforce says. What a policy leaves to Dynamics, blanks that were not sent and
 * keys do not count.
 */
export function unlikeFields(line: LinePlan, held: Values, entity: EntityDescription): FieldVerdict[] {
  return line.verdicts.filter((verdict) => mustStand(verdict, entity) && !stands(verdict, held, entity));
}

function mustStand({ verdict, field, dynamicsField, outbound }: FieldVerdict, entity: EntityDescription): boolean {
  if (verdict === 'toDynamics') return true;
  return outbound !== null && field.policy !== 'Dynamics' && !entity.key.includes(dynamicsField);
}

function stands({ outbound, field, dynamicsField }: FieldVerdict, held: Values, entity: EntityDescription): boolean {
  const type = entity.fields.get(dynamicsField)?.type;
  const value = held[dynamicsField] ?? null;
  if (type === undefined) return true;
  // A blank enumeration is sent as its first member.
  const isBlankMember = outbound === null && type.kind === 'enum' && value === type.members[0];
  return isBlankMember || sameValue(outbound, value, field, type);
}
