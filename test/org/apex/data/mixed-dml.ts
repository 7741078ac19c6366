import { type ObjectType } from '../../metadata/schema.ts';
import { type Execution } from '../execution/execution.ts';
import { createApexException } from '../runtime/values/apex-exception.ts';
import { noteDmlFaults } from './fault-notes.ts';

/** Objects of the setup, which cannot be saved together with ordinary ones. */
const SETUP: ReadonlySet<string> = new Set([
  'FieldPermissions',
  'Group',
  'GroupMember',
  'ObjectPermissions',
  'PermissionSet',
  'PermissionSetAssignment',
  'QueueSobject',
  'SetupEntityAccess',
  'User',
  'UserRole',
]);

/** Refuses to save setup and other objects in one transaction, new groups aside; System.runAs and Test.startTest begin anew. */
export function checkMixed(execution: Execution, object: ObjectType, verb: string): void {
  if (object.kind === 'event' || object.kind === 'setting') return;
  if (object.name === 'Group' && (verb === 'Insert' || verb === 'Update')) return;
  const { mixed } = execution.transaction;
  const own = SETUP.has(object.name) ? 'setup' : 'data';
  const other = own === 'setup' ? mixed.data : mixed.setup;
  if (other === null) {
    mixed[own] ??= object.name;
    return;
  }
  const rule =
    own === 'setup'
      ? 'DML operation on setup object is not permitted after you have updated a non-setup object (or vice versa)'
      : 'DML operation on non-setup object is not permitted after you have updated a setup object (or vice versa)';
  const message = `${rule}: ${object.name}, original object: ${other}`;
  const exception = createApexException(
    'System.DmlException',
    `${verb} failed. First exception on row 0; first error: MIXED_DML_OPERATION, ${message}: []`,
  );
  noteDmlFaults(exception, [
    { index: 0, id: null, objectName: object.name, statusCode: 'MIXED_DML_OPERATION', message, fields: [] },
  ]);
  throw exception as unknown as Error;
}
