import { memberNames, objectNames } from '../../relay/src/salesforce/package-names.ts';
import type { Core } from '../org/open-core.ts';
import { objectNamed } from '../org/metadata/schema.ts';
import { toPlainRecord } from '../org/plain-records.ts';
import { jsonBody, ok, type RestRequest, type RestResponse } from '../org/rest/http.ts';
import { createQueryRunner } from '../org/run-query.ts';

type Values = Readonly<Record<string, string | boolean | null>>;
type Write = { readonly type: string; readonly id: string; readonly expected: Values; readonly wanted: Values };

/**
 * The package's endpoint `apply` for an org whose Apex does not run: writes what moved where what was expected stands. It neither
 * keeps statuses nor asks who calls; what the endpoint promises is proven on the real Apex.
 */
export function createApplyResource({ store, records, clock }: Core): (request: RestRequest) => RestResponse {
  const runQuery = createQueryRunner(store, clock);

  function apply(session: RestRequest['session'], prefix: string, write: Write): object {
    const { id, expected, wanted } = write;
    const type = objectNames(prefix).inOrg(write.type);
    const names = memberNames(
      prefix,
      [...objectNamed(store.schema, type).fields.values()].map(({ name }) => name),
    );
    const columns = Object.keys(wanted).map((name) => [name, names.inOrg(name)] as const);
    const soql = `SELECT ${columns.map(([, column]) => column).join(', ')} FROM ${type} WHERE Id = '${id}'`;
    const [standing] = runQuery(session, soql).records.map(toPlainRecord);
    if (standing === undefined) throw new Error(`There is no ${type} ${id}.`);
    const moved = columns.filter(([name, column]) => standing[column] !== wanted[name]);
    const answer = { id, status: 'applied', current: null, fault: null };
    if (moved.length === 0) return { ...answer, status: 'unchanged' };
    if (moved.some(([name, column]) => standing[column] !== expected[name])) {
      const current = Object.fromEntries(columns.map(([name, column]) => [name, standing[column]]));
      return { ...answer, status: 'mismatch', current };
    }
    const fields = Object.fromEntries(moved.map(([name, column]) => [column, wanted[name] ?? null]));
    const { error } = records.update(session, type, id, fields);
    if (error) throw error;
    return answer;
  }

  return (request) => {
    const { correlationId, writes } = jsonBody(request) as { correlationId: string; writes: readonly Write[] };
    const prefix = request.path.includes('/causeway/') ? 'causeway__' : '';
    const results = writes.map((write) => apply(request.session, prefix, write));
    return ok({ contract: 1, correlationId, results });
  };
}
