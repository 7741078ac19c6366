import { fault, type Fault, toFault } from '../errors.ts';
import type { EntityMapping } from './mapping.ts';
import type { SalesforceRecord } from './unit.ts';

/** Whether the mapping wants the record as it is now; the fault says why not. */
export function select(
  mapping: EntityMapping,
  record: SalesforceRecord,
): { readonly wanted: true } | { readonly wanted: false; readonly fault: Fault } {
  if (mapping.criteria === null) return { wanted: true };
  try {
    if (mapping.criteria.evaluate(record.fields) === true) return { wanted: true };
  } catch (error) {
    const failure = toFault(error);
    return { wanted: false, fault: { ...failure, message: `Criteria of ${mapping.name}: ${failure.message}` } };
  }
  const message = `The criteria of ${mapping.name} do not hold for this record: ${mapping.criteria.source}`;
  return { wanted: false, fault: fault('NOT_WANTED', message) };
}
