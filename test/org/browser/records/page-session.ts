import { type OrgSecurity } from '../../apex/data/security.ts';
import { RecordError } from '../../record-error.ts';
import { type Records } from '../../records/records.ts';
import { type Sessions } from '../../rest/oauth.ts';
import { runSoql, type ResultRecord } from '../../soql/execute.ts';
import { type RecordStore } from '../../store/record-store.ts';

/** What the pages are made from. */
export type PageOrg = {
  readonly store: RecordStore;
  readonly records: Records;
  readonly sessions: Sessions;
  readonly security: OrgSecurity;
  readonly clock: () => Date;
  /** Names of all custom permissions that the sources bring. */
  readonly customPermissions: readonly string[];
};

/** Rows of a query as its user may see them: their objects, their fields, what is shared with them. */
export function queryAs(org: PageOrg, userId: string, soql: string): readonly ResultRecord[] {
  const refuseBinds = (): never => {
    throw new RecordError('MALFORMED_QUERY', 'Pages query without binds.');
  };
  return runSoql(
    {
      store: org.store,
      now: org.clock().toISOString(),
      binds: refuseBinds,
      withDeleted: false,
      security: org.security.forQuery(userId, { rights: true, rows: true }),
    },
    soql,
  ).records;
}
