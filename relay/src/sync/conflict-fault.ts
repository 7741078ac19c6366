import { fault, type Fault } from '../errors.ts';
import type { FieldVerdict } from './merge.ts';

/** The fault of a field on which the sides differ and a person decides. */
export function conflictFault(verdict: FieldVerdict): Fault {
  const field = verdict.field.salesforceField ?? verdict.dynamicsField;
  const message = `${field} in Salesforce and ${verdict.dynamicsField} in Dynamics differ (${verdict.rule}).`;
  return fault('FIELDS_IN_CONFLICT', message, { field });
}
