import type { Value, Values } from '../dynamics/connector.ts';
import { fault, RelayError, type Fault } from '../errors.ts';
import type { SalesforceFieldType } from '../sync/mapping.ts';
import { isSameValue, toCanonical, toWire } from './canonical-values.ts';
import type { Describe, OrgObject } from './describe.ts';
import { toCallError, toRecordFault } from './faults.ts';
import type { ConditionalResult, ConditionalWrite, Salesforce } from './salesforce.ts';
import type { SalesforceSession } from './session.ts';
import { distinctNames, soqlId } from './soql.ts';

const MAX_ATTEMPTS = 3;
const SECOND_MS = 1000;

type Dependencies = {
  readonly session: SalesforceSession;
  readonly describe: Describe;
  readonly clock: () => Date;
  readonly wait: (ms: number) => Promise<void>;
};

/** What a record holds in the fields of a write, and when it last changed. */
type Standing = { readonly values: Values; readonly modifiedAt: Date };

/**
 * Writes to records that people edit: only fields that moved, only while what we believed of them still stands, nothing where the
 * wanted values are there. An edit between our look and our write is never overwritten. Safe to run twice.
 */
export function createConditionalWriter(deps: Dependencies): Pick<Salesforce, 'apply'> {
  return {
    async apply(write) {
      const object = await deps.describe(write.type);
      const unknown = Object.keys(write.wanted).find((name) => !object.description.fields.has(name));
      if (unknown !== undefined)
        return refused('FIELD_UNKNOWN', write, unknown, 'does not exist, or is hidden from the relay’s user');

      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
        const standing = await lookAt(write, object, deps);
        if ('fault' in standing) return { status: 'refused', fault: standing.fault };
        const decision = decide(write, standing.values, object);
        if ('status' in decision) return decision;
        const result = await patch(write, decision.moved, standing.modifiedAt, { object, session: deps.session });
        if (result !== 'changedMeanwhile') return result;
      }
      throw new RelayError(
        'SALESFORCE_VALUE_MOVED',
        `${write.type} ${write.id} changed in Salesforce each time it was about to be written. It is merged again.`,
      );
    },
  };
}

/**
 * Salesforce compares at full seconds, as an HTTP date has no more: an edit in the second that we saw would pass unseen. So a
 * record that changed within this second is looked at again when the second is over.
 */
async function lookAt(
  write: ConditionalWrite,
  object: OrgObject,
  deps: Dependencies,
): Promise<Standing | { readonly fault: Fault }> {
  const standing = await read(write, object, deps.session);
  if ('fault' in standing) return standing;
  const secondEndsAt = (Math.floor(standing.modifiedAt.getTime() / SECOND_MS) + 1) * SECOND_MS;
  const remaining = secondEndsAt - deps.clock().getTime();
  if (remaining <= 0) return standing;
  await deps.wait(Math.min(remaining, SECOND_MS));
  return read(write, object, deps.session);
}

async function read(
  write: ConditionalWrite,
  object: OrgObject,
  session: SalesforceSession,
): Promise<Standing | { readonly fault: Fault }> {
  const names = Object.keys(write.wanted);
  const inOrg = names.map((name) => object.names.inOrg(name));
  const fields = distinctNames([...inOrg, 'LastModifiedDate']).join(',');
  const reply = await session.send({
    method: 'GET',
    path: `${pathOf(write, object)}?fields=${fields}`,
    what: `read ${write.type}`,
  });
  if (!reply.ok) {
    if (reply.status === 404) return { fault: gone(write) };
    throw toCallError(reply.errors, `read ${write.type}`);
  }
  const body = reply.body as Readonly<Record<string, unknown>>;
  const values = names.map(
    (name) => [name, toCanonical(body[object.names.inOrg(name)], typeOf(object, name))] as const,
  );
  const modifiedAt = toCanonical(body.LastModifiedDate, 'datetime');
  if (typeof modifiedAt !== 'string') {
    throw new RelayError(
      'MAPPING_INVALID',
      `${write.type} has no LastModifiedDate, so it cannot be written without risk to edits.`,
    );
  }
  return { values: Object.fromEntries(values), modifiedAt: new Date(modifiedAt) };
}

function decide(
  write: ConditionalWrite,
  current: Values,
  object: OrgObject,
): ConditionalResult | { readonly moved: Values } {
  const isSame = (name: string, a: Value | undefined, b: Value | undefined) =>
    isSameValue(a ?? null, b ?? null, typeOf(object, name));
  const moved = Object.entries(write.wanted).filter(([name, wanted]) => !isSame(name, wanted, current[name]));
  if (moved.length === 0) return { status: 'unchanged' };
  if (moved.some(([name]) => !isSame(name, write.expected[name], current[name])))
    return { status: 'mismatch', current };
  const [readOnly] = moved.filter(([name]) => object.description.fields.get(name)?.isUpdateable === false);
  if (readOnly !== undefined)
    return refused('PERMISSION_MISSING', write, readOnly[0], 'may not be written by the relay’s user');
  return { moved: Object.fromEntries(moved) };
}

async function patch(
  write: ConditionalWrite,
  moved: Values,
  unmodifiedSince: Date,
  { object, session }: { readonly object: OrgObject; readonly session: SalesforceSession },
): Promise<ConditionalResult | 'changedMeanwhile'> {
  const body = Object.entries(moved).map(
    ([name, value]) => [object.names.inOrg(name), toWire(value, typeOf(object, name))] as const,
  );
  const reply = await session.send({
    method: 'PATCH',
    path: pathOf(write, object),
    what: `write ${write.type}`,
    headers: { 'If-Unmodified-Since': unmodifiedSince.toUTCString() },
    body: Object.fromEntries(body),
  });
  if (reply.ok) return { status: 'applied' };
  if (reply.status === 412) return 'changedMeanwhile';
  if (reply.status === 404) return { status: 'refused', fault: gone(write) };
  return { status: 'refused', fault: toRecordFault(reply.errors, `${write.type} ${write.id}`, object.names) };
}

function pathOf(write: ConditionalWrite, { nameInOrg }: OrgObject): string {
  return `/sobjects/${nameInOrg}/${soqlId(write.id).slice(1, -1)}`;
}

function typeOf({ description }: OrgObject, field: string): SalesforceFieldType {
  return description.fields.get(field)?.type ?? 'string';
}

function gone(write: ConditionalWrite): Fault {
  return fault(
    'SALESFORCE_RECORD_GONE',
    `${write.type} ${write.id} is no longer in Salesforce, or hidden from the relay’s user.`,
  );
}

function refused(
  code: 'FIELD_UNKNOWN' | 'PERMISSION_MISSING',
  write: ConditionalWrite,
  field: string,
  what: string,
): ConditionalResult {
  return {
    status: 'refused',
    fault: fault(code, `The field "${field}" of ${write.type} ${what}. Check the mapping and the permission set.`, {
      field,
    }),
  };
}
