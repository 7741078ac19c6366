import { RecordError } from './record-error.ts';
import { type Session } from './records/pending-row.ts';
import { type Binds } from './soql/compare.ts';
import { type QueryResult, runSoql } from './soql/execute.ts';
import { type RecordStore } from './store/record-store.ts';

export type QueryRunner = (
  session: Session,
  soql: string,
  options?: { readonly withDeleted?: boolean; readonly binds?: Binds },
) => QueryResult;

const NO_BINDS: Binds = (text) => {
  throw new RecordError('MALFORMED_QUERY', `unexpected bind ':${text}': binds exist only in Apex`);
};

/** Runs SOQL for a session with the org's clock, over what the session may see. */
export function createQueryRunner(store: RecordStore, clock: () => Date): QueryRunner {
  return ({ rights }, soql, { withDeleted = false, binds = NO_BINDS } = {}) =>
    runSoql({ store, now: clock().toISOString(), binds, withDeleted, security: rights?.seen ?? null }, soql);
}
