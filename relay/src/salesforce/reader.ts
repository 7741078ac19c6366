import type { Value, Values } from '../dynamics/connector.ts';
import { RelayError } from '../errors.ts';
import type { SalesforceFieldType } from '../sync/mapping.ts';
import type { SalesforceRecord } from '../sync/unit.ts';
import { toCanonical } from './canonical-values.ts';
import type { Describe, OrgObject } from './describe.ts';
import { toCallError } from './faults.ts';
import type { Prefix } from './namespace.ts';
import type { OrgNames } from './org-names.ts';
import { memberNames, type Names, objectNames } from './package-names.ts';
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

type Dependencies = {
  readonly session: SalesforceSession;
  readonly describe: Describe;
  readonly prefix: Prefix;
  readonly names: OrgNames;
};

/** Reads through the session of one org; values are canonical by the types that describe tells, names are those of mappings. */
export function createReader(deps: Dependencies): Pick<Salesforce, 'query' | 'readRecords'> {
  const { session, names } = deps;

  return {
    async query(soql) {
      const rows = await queryRows(session, await names.query(soql));
      return Promise.all(rows.map(async (row) => Object.fromEntries(await flatten(row, deps))));
    },

    async readRecords(request) {
      const literals = [...new Set(request.ids)].map(soqlId);
      const children = await Promise.all(request.children.map((child) => toChild(request.type, child, deps)));
      const select = await selectOf(request, children, names);
      const found = new Map<string, SalesforceRecord>();
      for (const soql of inQueries(select, literals)) {
        for (const row of await queryRows(session, soql)) {
          const record = await toRecord(row, { request, children }, deps);
          found.set(record.id.slice(0, 15), record);
        }
      }
      return request.ids.flatMap((id) => found.get(id.slice(0, 15)) ?? []);
    },
  };
}

type ReadRequest = Parameters<Salesforce['readRecords']>[0];

/** One child relationship of a request, with its name in the org and the object it leads to. */
type Child = {
  readonly relationship: string;
  readonly inOrg: string;
  readonly object: string;
  readonly fields: readonly string[];
};

async function toChild(
  type: string,
  { relationship, fields }: ReadRequest['children'][number],
  { describe, names }: Dependencies,
): Promise<Child> {
  const { children } = (await describe(type)).description;
  const [, known] = [...children].find(([name]) => name.toLowerCase() === relationship.toLowerCase()) ?? [];
  const inOrg = await names.member(type, soqlName(relationship));
  return { relationship, inOrg, object: known?.object ?? relationship, fields };
}

async function selectOf(request: ReadRequest, children: readonly Child[], names: OrgNames): Promise<string> {
  const subqueries = children.map(
    async ({ inOrg, object, fields }) =>
      `(SELECT ${await columns(object, ['Id', ...fields], names)} FROM ${inOrg} ORDER BY Id)`,
  );
  const own = await columns(request.type, ['Id', 'SystemModstamp', ...request.fields], names);
  const selected = [own, ...(await Promise.all(subqueries))].join(',');
  return `SELECT ${selected} FROM ${await names.object(soqlName(request.type))} WHERE Id IN `;
}

async function columns(object: string, paths: readonly string[], names: OrgNames): Promise<string> {
  const distinct = distinctNames(paths.map(soqlName));
  return (await Promise.all(distinct.map((path) => names.member(object, path)))).join(',');
}

async function toRecord(
  row: RawRow,
  { request, children }: { readonly request: ReadRequest; readonly children: readonly Child[] },
  deps: Dependencies,
): Promise<SalesforceRecord> {
  const values = await flatten(row, deps);
  const records: Record<string, { id: string; fields: Values }[]> = {};
  for (const { relationship, inOrg, fields } of children) {
    const rows = await childRows(row, inOrg, deps.session);
    records[relationship] = await Promise.all(
      rows.map(async (child) => {
        const childValues = await flatten(child, deps);
        return { id: textAt(childValues, 'Id'), fields: pick(childValues, fields) };
      }),
    );
  }
  return {
    type: request.type,
    id: textAt(values, 'Id'),
    systemModstamp: textAt(values, 'SystemModstamp'),
    fields: pick(values, request.fields),
    children: records,
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
async function flatten(row: RawRow, deps: Dependencies, before = ''): Promise<Map<string, Value>> {
  const { names, typeOf } = await wordsOf(row, deps);
  const values = new Map<string, Value>();
  for (const [nameInOrg, raw] of Object.entries(row)) {
    if (nameInOrg === 'attributes') continue;
    const name = names.here(nameInOrg);
    if (raw === null || typeof raw !== 'object') {
      values.set(before + name, toCanonical(raw, typeOf(name)));
    } else if ('attributes' in raw) {
      for (const [path, value] of await flatten(raw as RawRow, deps, `${before}${name}.`)) values.set(path, value);
    }
  }
  return values;
}

type Words = { readonly names: Names; readonly typeOf: (field: string) => SalesforceFieldType | undefined };

async function wordsOf(row: RawRow, { describe, prefix }: Dependencies): Promise<Words> {
  const type = row.attributes?.type;
  const before = await prefix();
  const isRecord = type !== undefined && type !== 'AggregateResult';
  const known = isRecord ? await describeIfPossible(objectNames(before).here(type), describe) : null;
  return {
    names: known?.names ?? memberNames(before, []),
    typeOf: (field) => known?.description.fields.get(field)?.type,
  };
}

// Polymorphic parents may come as objects that cannot be described; their scalars are texts.
async function describeIfPossible(type: string, describe: Describe): Promise<OrgObject | null> {
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
