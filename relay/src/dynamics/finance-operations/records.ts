import { RelayError } from '../../errors.ts';
import type { EntityDescription, EntityRecord, Value, Values, WriteRequest } from '../connector.ts';
import type { Operation } from '../odata/batch.ts';
import { parseExact } from '../odata/exact-json.ts';
import { cutMembers } from '../odata/flat-json.ts';
import { fieldOf } from '../odata/literals.ts';
import { collectionPath, recordPath } from '../odata/query.ts';
import { fromWire, toWire } from '../odata/wire-values.ts';

const ETAG = '@odata.etag';

type WireRecord = Readonly<Record<string, unknown>>;

/** A record from a body that holds one; null where the body lacks its key or a wanted field. */
export function recordFromBody(
  entity: EntityDescription,
  body: string,
  fields: readonly string[],
): EntityRecord | null {
  const wanted = new Set([...entity.key, ...fields]);
  const wire = parsed(cutMembers(body, [...wanted, ETAG]) ?? body) as WireRecord;
  const isWhole = wanted.values().every((name) => name in wire);
  return isWhole ? toRecord(entity, wire, fields) : null;
}

/** One page of records, and the link to the next. */
export function pageFromBody(
  entity: EntityDescription,
  body: string,
  fields: readonly string[],
): { records: EntityRecord[]; nextLink: string | null } {
  const page = parsed(body) as { value?: WireRecord[]; '@odata.nextLink'?: string };
  const records = (page.value ?? []).map((wire) => toRecord(entity, wire, fields));
  return { records, nextLink: page['@odata.nextLink'] ?? null };
}

function parsed(body: string): unknown {
  try {
    return parseExact(body);
  } catch {
    // Without the parser's error, which quotes the text: it may hold values of records.
    throw new RelayError(
      'DYNAMICS_UNAVAILABLE',
      'Dynamics answered with something that is not JSON. It is tried again.',
    );
  }
}

function toRecord(entity: EntityDescription, wire: WireRecord, fields: readonly string[]): EntityRecord {
  const etag = wire[ETAG];
  return {
    key: canonical(entity, wire, entity.key),
    values: canonical(entity, wire, fields),
    etag: typeof etag === 'string' ? etag : null,
  };
}

function canonical(entity: EntityDescription, wire: WireRecord, names: readonly string[]): Values {
  const values: Record<string, Value> = {};
  for (const name of names) values[name] = fromWire(wire[name], fieldOf(entity, name).type);
  return values;
}

/** An operation that writes. */
export type WriteOperation = Operation & { readonly method: 'POST' | 'PATCH' | 'DELETE' };

/** The request that carries out a write. Throws RelayError where a value does not fit its field. */
export function operationOf(entity: EntityDescription, request: WriteRequest): WriteOperation {
  if (request.verb === 'create') {
    return { method: 'POST', path: collectionPath(entity), body: createBody(entity, request) };
  }
  const path = recordPath(entity, request.key);
  if (request.verb === 'delete') return { method: 'DELETE', path };
  const moved = Object.entries(request.values).filter(([name, value]) => request.key[name] !== value);
  const operation: WriteOperation = { method: 'PATCH', path, body: bodyOf(entity, moved) };
  return request.etag === null ? operation : { ...operation, etag: request.etag };
}

/** Only what is set is sent: everything else Dynamics fills with its own defaults. */
function createBody(entity: EntityDescription, request: Extract<WriteRequest, { verb: 'create' }>): string {
  const { companyField } = entity;
  const set = Object.entries(request.values).filter(([name, value]) => value !== null && name !== companyField);
  if (companyField === null) return bodyOf(entity, set);
  if (request.company === null) {
    throw new RelayError(
      'COMPANY_NOT_ROUTED',
      `${entity.entitySet} needs a company, or Dynamics takes its default company.`,
    );
  }
  return bodyOf(entity, [[companyField, request.company.toLowerCase()], ...set]);
}

function bodyOf(entity: EntityDescription, values: readonly (readonly [string, Value])[]): string {
  return JSON.stringify(
    Object.fromEntries(values.map(([name, value]) => [name, toWire(value, fieldOf(entity, name))])),
  );
}
