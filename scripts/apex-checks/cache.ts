import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow } from '../metadata/source.ts';

const FOLDER = 'node_modules/.cache/check-apex';

/** What the checks read: when none of it changed, neither does what they say. */
const INPUTS = [
  'force-app',
  'unpackaged',
  'config',
  'contracts',
  'scripts/apex-checks',
  'scripts/metadata',
  'test/org/standard-objects',
];
const FILES = ['sfdx-project.json', 'package-lock.json'];

/** The name of the whole input of the checks. */
export function inputHash(project: string): string {
  const hash = createHash('sha256');
  for (const file of [...FILES, ...filesBelow(project, INPUTS)].toSorted()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(project, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Answers what the check found for this very input before, or runs it and remembers. A check that could not run is not remembered. */
export async function cached(
  project: string,
  { name, hash }: { readonly name: string; readonly hash: string },
  check: () => Promise<string[]>,
): Promise<string[]> {
  const file = path.join(project, FOLDER, `${name}.json`);
  const known = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { hash: string; faults: string[] })
    : null;
  if (known?.hash === hash) return known.faults;
  const faults = await check();
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ hash, faults }));
  return faults;
}
