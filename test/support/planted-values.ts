import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Journal } from './load-journal.ts';

/** Values by the name under which a find is reported. */
export type Planted = Readonly<Record<string, string>>;

/** Says in words which values are found in the files below a directory, whatever the files are. */
export async function findInFiles(directory: string, planted: Planted): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const found = await Promise.all(
    files.map(async (entry) => {
      const file = path.join(entry.parentPath, entry.name);
      // A database may drop a file between the listing and the look.
      const content = await readFile(file).catch(() => Buffer.alloc(0));
      return namesIn(planted, (value) => content.includes(value)).map((name) => `${name} in ${file}`);
    }),
  );
  return found.flat();
}

/** Says which values are found in any column of any table of the relay's schemas, compressed or not. */
export async function findInTables(journal: Journal, planted: Planted): Promise<string[]> {
  const tables = await journal.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema in ('causeway', 'pgboss') and table_type = 'BASE TABLE'`,
  );
  if (tables.length < 5) throw new Error(`Only ${tables.length} tables: this is not the relay's database.`);
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await journal.query<{ content: string }>(`select whole::text as content from ${name} whole`);
    const content = rows.map((row) => row.content).join('\n');
    found.push(...findInText(`table ${name}`, content, planted));
  }
  return found;
}

/** Says which values are found in a text, e.g. a log. */
export function findInText(where: string, content: string, planted: Planted): string[] {
  return namesIn(planted, (value) => content.includes(value)).map((name) => `${name} in ${where}`);
}

function namesIn(planted: Planted, holds: (value: string) => boolean): string[] {
  return Object.entries(planted).flatMap(([name, value]) => (holds(value) ? [name] : []));
}
