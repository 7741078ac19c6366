import { queryDynamically, toApexRecords } from '../../data/query.ts';
import { currentExecution } from '../../execution/execution.ts';
import { throwApex, throwNullReference } from '../../runtime/values/apex-exception.ts';
import { type ApexId } from '../../runtime/values/apex-id.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { listOf, sobjectOf, types } from '../../types.ts';
import { testState } from '../../testing/test-window.ts';
import { platformClass, type PlatformDeclaration } from '../declare.ts';

/** Test.setFixedSearchResults: what searches of this test find. */
export function setFixedSearchResults(ids: ApexList | null): void {
  const found = (ids ?? throwNullReference()).items.map((id) => (id as ApexId).value);
  testState().fixedSearchResults = found;
}

/** Search.query: a test finds what it has fixed, and nothing otherwise; there is no search index to ask outside of one. */
function search(sosl: string | null): ApexList {
  const { limits, test } = currentExecution();
  const text = sosl ?? throwNullReference();
  if (!test) throwApex('System.UnsupportedOperationException', 'The local org does not know SOSL outside of tests.');
  limits.use('SoslQueries');
  const lists = returningOf(text).map((entry) => found(entry, test.fixedSearchResults));
  return new ApexList(listOf(types.SObject), lists);
}

type Returning = { readonly object: string; readonly fields: string; readonly where: string; readonly rest: string };

const ENTRY = /(\w+)\s*(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?\s*(?:,|$)/g;
const INSIDE = /^(.*?)(?:\s+WHERE\s+(.*?))?((?:\s+ORDER\s+BY\s+.*?)?(?:\s+LIMIT\s+\S+)?(?:\s+OFFSET\s+\S+)?)$/is;

/** `RETURNING Account(Id, Name WHERE … LIMIT 5), Contact` by its entries. */
function returningOf(sosl: string): Returning[] {
  const [, list] = /\bRETURNING\s+(.*?)(?:\s+WITH\s+.*|\s+LIMIT\s+\d+)?\s*$/is.exec(sosl) ?? [];
  if (list === undefined)
    throwApex('System.UnsupportedOperationException', 'The local org knows SOSL only with RETURNING.');
  return [...list.matchAll(ENTRY)].map(([, object = '', inside = '']) => {
    const [, fields = '', where = '', rest = ''] = INSIDE.exec(inside.trim()) ?? [];
    return { object, fields: fields.trim() || 'Id', where, rest };
  });
}

function found({ object, fields, where, rest }: Returning, ids: readonly string[]): ApexList {
  const { schema } = currentExecution().org.store;
  const { name, keyPrefix } = schema.objects.get(object.toLowerCase()) ?? {};
  const own = ids.filter((id) => id.slice(0, 3) === keyPrefix);
  const condition = where === '' ? '' : `(${where}) AND `;
  const soql = `SELECT ${fields} FROM ${object} WHERE ${condition}Id IN :found${rest}`;
  const ownIds = new ApexList(types.String, own);
  const { result } = queryDynamically({ soql, binds: () => ownIds, accessMode: null });
  return new ApexList(sobjectOf(name ?? 'SObject'), toApexRecords(currentExecution(), result.records));
}

export const searchClasses: readonly PlatformDeclaration[] = [
  platformClass('Search', { statics: { 'List<List<SObject>> query(String)': search } }),
];
