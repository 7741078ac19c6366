import { fieldsToRead } from '../entity-fields.ts';
import type { Answer, EntityRecord, FindRequest, Values } from '../../dynamics/connector.ts';
import { RelayError } from '../../errors.ts';
import { conditionsOf, type Inbound } from './inbound.ts';
import type { EntityMapping } from '../mapping.ts';

/** Records that one event may speak of; more is a mapping that looks in the wrong place. */
const RECORDS = 1_000;
/** Records of one sweep's window that memory bears; more is a window that is far too long. */
const WINDOW = 100_000;

/** The records of a mapping that meet these values in the company at work, with all that bringing them needs. */
export async function findRecords(inbound: Inbound, mapping: EntityMapping, where: Values): Promise<EntityRecord[]> {
  const conditions = conditionsOf(where);
  return conditions === null ? [] : find(inbound, mapping, { anyOf: [conditions], limit: RECORDS, isWhole: true });
}

/** The records of a mapping in the company at work that people know by these numbers. */
export async function findNumbered(
  inbound: Inbound,
  mapping: EntityMapping,
  numbers: readonly string[],
): Promise<EntityRecord[]> {
  const field = mapping.options.numberField;
  if (field === undefined || numbers.length === 0) return [];
  return find(inbound, mapping, { anyOf: numbers.map((value) => [{ field, value }]), limit: WINDOW, isWhole: true });
}

/** The records of a mapping in the company at work that are dated at or after a day, with all that bringing them needs. */
export function findRecordsSince(
  inbound: Inbound,
  mapping: EntityMapping,
  since: NonNullable<FindRequest['since']>,
): Promise<EntityRecord[]> {
  return find(inbound, mapping, { anyOf: [[]], since, limit: WINDOW, isWhole: true });
}

async function find(
  inbound: Inbound,
  mapping: EntityMapping,
  wanted: Pick<FindRequest, 'anyOf' | 'since' | 'limit' | 'isWhole'>,
): Promise<EntityRecord[]> {
  const entity = await inbound.connector.describe(mapping.entitySet, inbound.io);
  const joins = [mapping.options.only?.joins, ...mapping.children.map((child) => child.options.joins)];
  const joined = joins.flatMap((join) => Object.values(join ?? {})).filter((name) => entity.fields.has(name));
  const fields = [...new Set([...fieldsToRead(mapping, entity), ...joined])];
  const [answer] = await inbound.connector.find(
    [{ entitySet: mapping.entitySet, company: companyOf(inbound, entity), fields, ...wanted }],
    inbound.io,
  );
  return valueOf(answer);
}

/** The value of an answer; a refusal becomes the error that the queue decides by. */
export function valueOf<T>(answer: Answer<T> | undefined): T {
  if (answer?.ok === true) return answer.value;
  const failure = answer?.fault;
  throw new RelayError(failure?.code ?? 'UNEXPECTED', failure?.message ?? 'Dynamics gave no answer.', {
    ...(failure?.retryAfterMs == null ? {} : { retryAfterMs: failure.retryAfterMs }),
  });
}

/** The company to look in, or null for sets that name companies in fields of their own. */
export function companyOf(inbound: Inbound, entity: { readonly companyField: string | null }): string | null {
  return entity.companyField === null ? null : inbound.company;
}
