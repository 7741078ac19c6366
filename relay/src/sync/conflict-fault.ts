import { fault, type Fault } from '../errors.ts';
import type { FieldVerdict } from './merge.ts';

/** The fault of a field that both sides changed. */
export function conflictFault(verdict: FieldVerdict): Fault {
  const field = verdict.field.salesforceField ?? verdict.dynamicsField;
  const message = `${field} in Salesforce and ${verdict.dynamicsField} in Dynamics were both changed (${verdict.rule}).`;
  return fault('FIELDS_IN_CONFLICT', message, { field });
}
