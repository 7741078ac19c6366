import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '@lwc/sfdc-lwc-compiler';
import { declareApexModules } from './lwc/apex-types.ts';

const ROOT = path.join(import.meta.dirname, '..');
const APEX_TYPES = path.join(ROOT, 'types/apex.d.ts');

type Diagnostic = { readonly level: number; readonly message: string; readonly location?: { readonly line: number } };

/** Every Lightning component's folder. */
function bundles(): string[] {
  return globSync('force-app/**/lwc/*/*.js-meta.xml', { cwd: ROOT })
    .map((file) => path.join(ROOT, path.dirname(file)))
    .toSorted();
}

function writeApexTypes(): void {
  const files = globSync('force-app/main/**/*.cls', { cwd: ROOT })
    .map((file) => ({ path: file, text: readFileSync(path.join(ROOT, file), 'utf8') }))
    .filter(({ text }) => /@AuraEnabled/i.test(text));
  writeFileSync(APEX_TYPES, declareApexModules(files));
}

/** What the platform's own compiler says of one component as tsc emitted it; nothing where it would be accepted. */
async function refusals(folder: string): Promise<string[]> {
  const name = path.basename(folder);
  const source = readFileSync(path.join(folder, `${name}.js`), 'utf8');
  // Without a default-exported class the compiler registers no component and yet reports success.
  const isComponent = /^export default class /m.test(source);
  const hasTemplate = globSync('*.html', { cwd: folder }).length > 0;
  if (hasTemplate && !isComponent) return [`${name}.js: no default-exported class, so no component is registered.`];
  const names = globSync('*.{js,html,css}', { cwd: folder });
  const files = Object.fromEntries(names.map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
  const result = await compile({
    bundle: {
      namespace: 'c',
      name,
      type: 'platform',
      files,
      namespaceMapping: { c: 'causeway' },
      options: { apiVersion: 66 },
    },
  });
  const said = result.diagnostics as readonly Diagnostic[];
  const errors = said.filter(({ level }) => level <= 1).map(({ message }) => `${name}: ${message}`);
  return result.success || errors.length > 0 ? errors : [`${name}: the platform's compiler refused it.`];
}

/** Declares the Apex methods, compiles the components' TypeScript beside its sources, and asks the platform's compiler of each. */
export async function buildLwc(): Promise<string[]> {
  writeApexTypes();
  const tsc = spawnSync('tsc', ['-p', 'tsconfig.lwc.json'], { cwd: ROOT, encoding: 'utf8' });
  if (tsc.status !== 0) return [tsc.stdout + tsc.stderr];
  return (await Promise.all(bundles().map(refusals))).flat();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = await buildLwc();
  for (const fault of faults) console.error(fault);
  if (faults.length === 0) console.log(`${bundles().length} components built`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
