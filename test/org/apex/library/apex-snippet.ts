import { openCore } from '../../open-core.ts';
import { createApexOrg } from '../execution/apex-org.ts';

/** When the snippets run: a Monday, in the evening. */
const SNIPPET_TIME = '2026-11-23T20:30:40.123Z';

/** Runs Apex text in an empty org and answers what it debugged; for tests of the library through the compiler. */
export function createSnippets(classes: Readonly<Record<string, string>> = {}): (text: string) => readonly string[] {
  const core = openCore({ sources: [], clock: () => new Date(SNIPPET_TIME) });
  const org = createApexOrg(core, { sources: [], classes });
  const userId = String(core.store.db.all('SELECT "Id" FROM "User" ORDER BY "Id" LIMIT 1', [])[0]?.[0]);
  // In braces its variables are those of a block, as they are in a method.
  return (text) => org.anonymous(`{${text}}`, { userId });
}
