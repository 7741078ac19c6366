import type { Value, Values } from '../dynamics/connector.ts';
import { RelayError } from '../errors.ts';
import type { ObjectDescription, SalesforceFieldType } from '../sync/mapping.ts';
import type { SalesforceRecord } from '../sync/unit.ts';
import { toCanonical } from './canonical-values.ts';
import type { Describe } from './describe.ts';
import { toCallError } from './faults.ts';
import type { Salesforce } from './salesforce.ts';
import type { SalesforceSession } from './session.ts';
import { distinctNames, inQueries, soqlId, soqlName } from './soql.ts';

/** A row as Salesforce answers it: scalars, parents with their own attributes, children as result pages. */
export type RawRow = { readonly attributes?: { readonly type: string } } & Readonly<Record<string, unknown>>;

type Page = { readonly records: readonly RawRow[]; readonly done: boolean; readonly nextRecordsUrl?: string };

/** All rows of a query, page after page. */
export async function queryRows(session: SalesforceSession, soql: string): Promise<RawRow[]> {
  return rowsFrom(session, `/query?q=${encodeURIComponent(soql)}`);
}

/** Reads through the session of one org; values are canonical by the types that describe tells. */
export function createReader(deps: {
  readonly session: SalesforceSession;
  readonly describe: Describe;
}): Pick<Salesforce, 'query' | 'readRecords'> {
  const { session, describe } = deps;

  return {
    async query(soql) {
      const rows = await queryRows(session, soql);
      return Promise.all(rows.map(async (row) => Object.fromEntries(await flatten(row, describe))));
    },

    async readRecords(request) {
      const literals = [...new Set(request.ids)].map(soqlId);
      const select = selectOf(request);
      const found = new Map<string, SalesforceRecord>();
      for (const soql of inQueries(select, literals)) {
        for (const row of await queryRows(session, soql)) {
          const record = await toRecord(row, request, deps);
          found.set(record.id.slice(0, 15), record);
        }
      }
      return request.ids.flatMap((id) => found.get(id.slice(0, 15)) ?? []);
    },
  };
}

type ReadRequest = Parameters<Salesforce['readRecords']>[0];

function selectOf(request: ReadRequest): string {
  const children = request.children.map(
    ({ relationship, fields }) => `(SELECT ${columns(['Id', ...fields])} FROM ${soqlName(relationship)} ORDER BY Id)`,
  );
  const own = columns(['Id', 'SystemModstamp', ...request.fields]);
  return `SELECT ${[own, ...children].join(',')} FROM ${soqlName(request.type)} WHERE Id IN `;
}

function columns(names: readonly string[]): string {
  return distinctNames(names.map(soqlName)).join(',');
}

async function toRecord(
  row: RawRow,
  request: ReadRequest,
  deps: { readonly session: SalesforceSession; readonly describe: Describe },
): Promise<SalesforceRecord> {
  const values = await flatten(row, deps.describe);
  const children: Record<string, { id: string; fields: Values }[]> = {};
  for (const { relationship, fields } of request.children) {
    const rows = await childRows(row, relationship, deps.session);
    children[relationship] = await Promise.all(
      rows.map(async (child) => {
        const childValues = await flatten(child, deps.describe);
        return { id: textAt(childValues, 'Id'), fields: pick(childValues, fields) };
      }),
    );
  }
  return {
    type: request.type,
    id: textAt(values, 'Id'),
    systemModstamp: textAt(values, 'SystemModstamp'),
    fields: pick(values, request.fields),
    children,
  };
}

async function childRows(row: RawRow, relationship: string, session: SalesforceSession): Promise<readonly RawRow[]> {
  const key = Object.keys(row).find((name) => name.toLowerCase() === relationship.toLowerCase());
  const page = (key === undefined ? null : row[key]) as Page | null;
  if (page === null) return [];
  if (page.done || page.nextRecordsUrl === undefined) return page.records;
  return [...page.records, ...(await rowsFrom(session, page.nextRecordsUrl))];
}

async function rowsFrom(session: SalesforceSession, firstPath: string): Promise<RawRow[]> {
  const rows: RawRow[] = [];
  let path: string | undefined = firstPath;
  while (path !== undefined) {
    const reply = await session.send({ method: 'GET', path, what: 'run a query' });
    if (!reply.ok) throw toCallError(reply.errors, 'run a query');
    const page = reply.body as Page;
    rows.push(...page.records);
    path = page.nextRecordsUrl;
  }
  return rows;
}

/** The row's scalars by path, its parents' among them, canonical; children and compound fields are left out. */
async function flatten(row: RawRow, describe: Describe, prefix = ''): Promise<Map<string, Value>> {
  const types = await typesOf(row, describe);
  const values = new Map<string, Value>();
  for (const [name, raw] of Object.entries(row)) {
    if (name === 'attributes') continue;
    if (raw === null || typeof raw !== 'object') {
      values.set(prefix + name, toCanonical(raw, types(name)));
    } else if ('attributes' in raw) {
      for (const [path, value] of await flatten(raw as RawRow, describe, `${prefix}${name}.`)) values.set(path, value);
    }
  }
  return values;
}

async function typesOf(row: RawRow, describe: Describe): Promise<(field: string) => SalesforceFieldType | undefined> {
  const type = row.attributes?.type;
  if (type === undefined || type === 'AggregateResult') return () => undefined;
  const description = await describeIfPossible(type, describe);
  return (field) => description?.fields.get(field)?.type;
}

// Polymorphic parents may come as objects that cannot be described; their scalars are texts.
async function describeIfPossible(type: string, describe: Describe): Promise<ObjectDescription | null> {
  try {
    return await describe(type);
  } catch (error) {
    if (error instanceof RelayError && error.code === 'MAPPING_INVALID') return null;
    throw error;
  }
}

// A mapping's spelling may differ from the org's in case, and a missing parent leaves its fields out.
function pick(values: ReadonlyMap<string, Value>, fields: readonly string[]): Values {
  const valueByName = new Map([...values].map(([path, value]) => [path.toLowerCase(), value]));
  return Object.fromEntries(fields.map((field) => [field, valueByName.get(field.toLowerCase()) ?? null]));
}

function textAt(values: ReadonlyMap<string, Value>, field: string): string {
  const value = values.get(field);
  if (typeof value === 'string') return value;
  throw new RelayError('UNEXPECTED', `Salesforce answered a record without ${field}.`);
}
