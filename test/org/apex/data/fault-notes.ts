import { type ApexException } from '../runtime/values/apex-exception.ts';

/** What went wrong with one record of a DML statement. */
export type DmlFault = {
  readonly index: number;
  readonly id: string | null;
  /** The record's type; null where the fault is the whole statement's. */
  readonly objectName: string | null;
  readonly statusCode: string;
  readonly message: string;
  readonly fields: readonly string[];
};

const dmlFaults = new WeakMap<ApexException, readonly DmlFault[]>();
const inaccessible = new WeakMap<ApexException, { object: string; fields: readonly string[] }>();

/** Attaches the single faults to a DmlException, for getNumDml and its kin. */
export function noteDmlFaults(exception: ApexException, faults: readonly DmlFault[]): void {
  dmlFaults.set(exception, faults);
}

export function dmlFaultsOf(exception: ApexException): readonly DmlFault[] {
  return dmlFaults.get(exception) ?? [];
}

/** Attaches the fields the user may not see to a QueryException. */
export function noteInaccessible(exception: ApexException, object: string, fields: readonly string[]): void {
  inaccessible.set(exception, { object, fields });
}

export function inaccessibleOf(exception: ApexException): { object: string; fields: readonly string[] } | null {
  return inaccessible.get(exception) ?? null;
}
