import type { EntityRecord, WriteRequest } from '../../dynamics/connector.ts';
import type { LinkWrite } from '../../store/store.ts';
import { fieldsToRead, numberOf } from '../entity-fields.ts';
import type { Base } from '../unit.ts';
import type { PlannedWork, Run, Work } from './run.ts';

/** The link name under which is kept that a record was deactivated because it was deleted in Salesforce. */
const DEACTIVATED = '@deactivated';
type State = 'deleted' | 'restored';

/** What is written instead of deleting; null where the record in Dynamics is left as it is. */
export function deactivation({ mapping, entity }: Work, { key, etag }: EntityRecord): WriteRequest | null {
  const { deactivate } = mapping.options;
  if (mapping.deletePolicy !== 'Deactivate' || deactivate === undefined) return null;
  const values = { [deactivate.field]: deactivate.value };
  return { verb: 'update', entitySet: mapping.entitySet, key, values, etag, fields: fieldsToRead(mapping, entity) };
}

/** The link of a record with what is known of its deactivation; without a state, only the link. */
export function linkOf(run: Run, work: Work, record: EntityRecord, state?: State): LinkWrite {
  return {
    unit: work.unit,
    entitySet: work.mapping.entitySet,
    dynamicsKey: work.connector.formatKey(work.entity, record.key),
    number: numberOf(work.mapping, work.entity, record),
    state: 'active',
    parent: null,
    bases: state === undefined ? [] : [stateBase(run, work, state)],
  };
}

/**
 * What a deletion deactivated becomes active again with the record, also where the row of the outbox that said "undelete" was
 * overtaken by a later change: the link remembers. A record that finance deactivated is left alone.
 */
export function reactivated(run: Run, works: readonly PlannedWork[]): PlannedWork[] {
  return works.map((work) => {
    const { deactivate } = work.mapping.options;
    if (deactivate === undefined || work.current === null || !isDeleted(run, work)) return work;
    const { field, value, active } = deactivate;
    if (work.current.values[field] !== value) {
      run.ledger.addLinks([linkOf(run, work, work.current, 'restored')]);
      return work;
    }
    const action = work.plan.action === 'none' ? 'update' : work.plan.action;
    return { ...work, plan: { ...work.plan, action, values: { [field]: active, ...work.plan.values } } };
  });
}

function isDeleted(run: Run, work: PlannedWork): boolean {
  const base = work.linked?.bases.find(({ field }) => field === DEACTIVATED);
  return base === undefined
    ? work.item.operation === 'undelete'
    : base.salesforceHash === stateBase(run, work, 'deleted').salesforceHash;
}

function stateBase(run: Run, { mapping }: Work, state: State): Base {
  const hash = run.key.hash(`${DEACTIVATED}/${state}`);
  const { keyId } = run.key;
  return { field: DEACTIVATED, salesforceHash: hash, dynamicsHash: hash, mappingVersion: mapping.version, keyId };
}
