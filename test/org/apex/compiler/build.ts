import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Schema } from '../../metadata/schema.ts';
import { compileApex, type CompiledApex, type CompileInput } from './compile.ts';
import { loadApex, type LoadedApex, type LoadInput } from './load.ts';

const CACHE = join(tmpdir(), 'causeway-apex');

/** Compiles and loads a source set; what was compiled before, by the same compiler against the same schema, comes from disk. */
export function buildApexProgram(input: CompileInput & LoadInput): LoadedApex {
  return loadApex(compileCached(input), input);
}

/** Compiles, or reads what an earlier run compiled from exactly this. */
export function compileCached(input: CompileInput): CompiledApex {
  const file = join(CACHE, `${fingerprint(input)}.json`);
  const known = readJson(file);
  if (known) return known;
  const compiled = compileApex(input);
  mkdirSync(CACHE, { recursive: true });
  // Written aside and moved, so that another process never reads half of it.
  const half = `${file}.${process.pid}`;
  writeFileSync(half, JSON.stringify(compiled));
  renameSync(half, file);
  return compiled;
}

function readJson(file: string): CompiledApex | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as CompiledApex;
  } catch {
    return null;
  }
}

/** Everything the result depends on: the sources, the schema, the labels, and the compiler and library themselves. */
function fingerprint({ sources, schema, labels, namespace, keepsGoing }: CompileInput): string {
  const hash = createHash('sha256');
  const add = (value: unknown): void => void hash.update(JSON.stringify(value)).update('\0');
  for (const { path, text } of sources.toSorted((a, b) => (a.path < b.path ? -1 : 1))) add([path, text]);
  add(schemaText(schema));
  add([...(labels?.keys() ?? [])].sort());
  add(namespace ?? null);
  add(keepsGoing === true);
  add(process.version);
  for (const [path, text] of ownSources()) add([path, text]);
  return hash.digest('hex').slice(0, 40);
}

function schemaText(schema: Schema): unknown {
  return [...schema.objects.values()].map(({ name, kind, fields }) => [
    name,
    kind,
    [...fields.values()].map((field) => [field.name, field.type, field.reference]),
  ]);
}

const OWN_FOLDERS = ['./', '../library/', '../data/', '../../soql/'] as const;

/** The files of the compiler and of the declared library; any change of them makes what was compiled stale. */
function ownSources(): [string, string][] {
  return OWN_FOLDERS.flatMap((folder) => {
    const root = new URL(folder, import.meta.url);
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
      .sort()
      .map((path): [string, string] => [folder + path, readFileSync(new URL(path, root), 'utf8')]);
  });
}
