import type { Value, Values } from '../dynamics/connector.ts';
import { fault, RelayError } from '../errors.ts';
import type { SalesforceFieldType } from '../sync/mapping.ts';
import { isSameValue, toWire } from './canonical-values.ts';
import type { Describe, OrgObject } from './describe.ts';
import { readErrors, toCallError, toRecordFault } from './faults.ts';
import { packByParent } from './pack-by-parent.ts';
import type { RecordResult, Salesforce } from './salesforce.ts';
import type { SalesforceSession } from './session.ts';
import { distinctNames, inQueries, soqlName, soqlText } from './soql.ts';

const LOCK_ATTEMPTS = 4;
const LOCK_PAUSE_MS = 250;

type OwnedRecord = Parameters<Salesforce['upsertOwned']>[2][number];
type Target = { readonly type: string; readonly externalIdField: string; readonly object: OrgObject };
type Existing = { readonly id: string; readonly fields: Readonly<Record<string, Value>> };
/** What is to be sent for one external id. */
type Upsert = { readonly externalId: string; readonly parent: string | null; readonly fields: Values };

type Dependencies = {
  readonly session: SalesforceSession;
  readonly describe: Describe;
  readonly query: Salesforce['query'];
  readonly wait: (ms: number) => Promise<void>;
  readonly random: () => number;
};

/**
 * Writes objects that nobody else writes. What stands there already is not sent, so that a repeat fires no customer automation.
 * One refused record never stops the others. Safe to run twice.
 */
export function createOwnedWriter(deps: Dependencies): Pick<Salesforce, 'upsertOwned'> {
  return {
    async upsertOwned(type, externalIdField, records) {
      if (records.length === 0) return [];
      const target = {
        type: soqlName(type),
        externalIdField: soqlName(externalIdField),
        object: await deps.describe(type),
      };
      // The newest state of a record that comes twice is the last.
      const newest = new Map(records.map((record) => [record.externalId, record]));
      const existing = await readExisting(target, [...newest.values()], deps.query);

      const results = new Map<string, RecordResult>();
      const upserts: Upsert[] = [];
      for (const record of newest.values()) {
        const known = existing.get(record.externalId);
        const fields = known === undefined ? record.fields : movedFields(record.fields, known, target);
        if (known !== undefined && Object.keys(fields).length === 0) {
          results.set(record.externalId, { ok: true, id: known.id, isCreated: false, written: [] });
        } else {
          upserts.push({ externalId: record.externalId, parent: record.parent, fields });
        }
      }
      await sendAll(target, upserts, results, deps);
      return records.map(({ externalId }) => results.get(externalId) ?? missing(type, externalId));
    },
  };
}

async function readExisting(
  target: Target,
  records: readonly OwnedRecord[],
  query: Salesforce['query'],
): Promise<ReadonlyMap<string, Existing>> {
  const names = distinctNames(['Id', target.externalIdField, ...records.flatMap(({ fields }) => Object.keys(fields))]);
  const select = `SELECT ${names.map(soqlName).join(',')} FROM ${target.type} WHERE ${target.externalIdField} IN `;
  const existing = new Map<string, Existing>();
  for (const soql of inQueries(
    select,
    records.map(({ externalId }) => soqlText(externalId)),
  )) {
    for (const row of await query(soql)) {
      const { Id: id, [target.externalIdField]: externalId } = row;
      if (typeof id === 'string' && typeof externalId === 'string') existing.set(externalId, { id, fields: row });
    }
  }
  return existing;
}

function movedFields(wanted: Values, existing: Existing, target: Target): Values {
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([name, value]) => !isSameValue(value, existing.fields[name] ?? null, typeOf(target, name)),
    ),
  );
}

/** Sends what is due, and what met a lock again after a pause; what stays locked keeps that as its result. */
async function sendAll(
  target: Target,
  upserts: readonly Upsert[],
  results: Map<string, RecordResult>,
  deps: Dependencies,
): Promise<void> {
  let due = upserts;
  for (let attempt = 1; due.length > 0; attempt += 1) {
    const sent = await sendOnce(target, due, deps.session);
    for (const { upsert, result } of sent) results.set(upsert.externalId, result);
    if (attempt === LOCK_ATTEMPTS) return;
    due = sent
      .filter(({ result }) => !result.ok && result.fault.code === 'SALESFORCE_ROW_LOCKED')
      .map(({ upsert }) => upsert);
    if (due.length > 0) await deps.wait(LOCK_PAUSE_MS * 2 ** (attempt - 1) * (1 + deps.random()));
  }
}

type Sent = { readonly upsert: Upsert; readonly result: RecordResult };

/** Batch after batch, never two at once: parallel batches would fight for the same parents' locks. */
async function sendOnce(target: Target, upserts: readonly Upsert[], session: SalesforceSession): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const batch of packByParent(upserts)) sent.push(...(await sendBatch(target, batch, session)));
  return sent;
}

async function sendBatch(target: Target, batch: readonly Upsert[], session: SalesforceSession): Promise<Sent[]> {
  const what = `write ${target.type}`;
  const { nameInOrg, names } = target.object;
  const reply = await session.send({
    method: 'PATCH',
    path: `/composite/sobjects/${nameInOrg}/${names.inOrg(target.externalIdField)}`,
    what,
    body: { allOrNone: false, records: batch.map((upsert) => toBody(upsert, target)) },
  });
  if (!reply.ok) throw toCallError(reply.errors, what);
  const answers = reply.body as readonly RawResult[];
  if (answers.length !== batch.length) {
    throw new RelayError(
      'UNEXPECTED',
      `Salesforce answered ${answers.length} results for ${batch.length} records of ${target.type}.`,
    );
  }
  return batch.map((upsert, index) => ({ upsert, result: toResult(answers[index], upsert, target) }));
}

type RawResult = {
  readonly success: boolean;
  readonly id?: string | null;
  readonly created?: boolean;
  readonly errors?: unknown;
};

function toResult(raw: RawResult | undefined, upsert: Upsert, target: Target): RecordResult {
  if (raw?.success === true && typeof raw.id === 'string')
    return { ok: true, id: raw.id, isCreated: raw.created === true, written: Object.keys(upsert.fields) };
  const record = `${target.type} ${upsert.externalId}`;
  return { ok: false, fault: toRecordFault(readErrors(raw?.errors), record, target.object.names) };
}

function toBody(upsert: Upsert, target: Target): Record<string, unknown> {
  const { nameInOrg, names } = target.object;
  const fields = Object.entries(upsert.fields).map(
    ([name, value]) => [names.inOrg(name), toWire(value, typeOf(target, name))] as const,
  );
  return {
    attributes: { type: nameInOrg },
    ...Object.fromEntries(fields),
    [names.inOrg(target.externalIdField)]: upsert.externalId,
  };
}

function typeOf(target: Target, name: string): SalesforceFieldType {
  const field = target.object.description.fields.get(name);
  if (field !== undefined) return field.type;
  throw new RelayError('FIELD_UNKNOWN', `${target.type} has no field "${name}", or the relay's user may not see it.`, {
    field: name,
  });
}

function missing(type: string, externalId: string): RecordResult {
  return { ok: false, fault: fault('UNEXPECTED', `Nothing is known of ${type} ${externalId} after the write.`) };
}
