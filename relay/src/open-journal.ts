import { RelayError } from './errors.ts';
import type { DatabaseConnection } from './store/database.ts';
import { openStore } from './store/postgres-store.ts';

/** The journal of record, opened at the start of a process; an absent database is told as what it is there: nobody tries again. */
export async function openJournal(connection: DatabaseConnection): ReturnType<typeof openStore> {
  try {
    return await openStore({ connection });
  } catch (error) {
    if (!(error instanceof RelayError) || error.code !== 'UNAVAILABLE') throw error;
    throw new RelayError(
      'UNAVAILABLE',
      'The database does not answer, so nothing was started. Check DATABASE_URL and the server, then start again.',
      { cause: error },
    );
  }
}
