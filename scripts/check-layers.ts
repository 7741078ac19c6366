import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { checkAreas } from './apex-checks/areas.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const RELAY = 'relay/src';

/** Files that everybody may import: they know nothing of anybody. */
const SHARED: ReadonlySet<string> = new Set(['errors.ts', 'settings.ts', 'json-schema.ts']);

/** What folders show of themselves: their types may be imported anywhere, so that only app.ts needs to know who is behind. */
const PORTS: ReadonlySet<string> = new Set([
  'dynamics/connector.ts',
  'identity/identity.ts',
  'jobs/jobs.ts',
  'payments/gateway.ts',
  'salesforce/salesforce.ts',
  'store/store.ts',
  'telemetry/logger.ts',
  'telemetry/metrics.ts',
]);

/** Each folder, and the folders whose code it may run. Everything may use the heart, `sync`; the heart uses nobody. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  dynamics: ['sync'],
  forward: ['sync', 'http'],
  http: ['sync'],
  identity: ['sync'],
  jobs: ['sync'],
  payments: ['sync'],
  salesforce: ['sync'],
  store: ['sync'],
  sync: [],
  telemetry: [],
};

/** The heart does no input and output, not through Node either. */
const PURE_MODULES: ReadonlySet<string> = new Set([
  'ajv/dist/2020.js',
  'ajv-formats',
  'decimal.js',
  'node:crypto',
  'sformula',
]);

/** One import of a file; `isTypeOnly` where nothing of it is left when the program runs. */
export type Import = { readonly from: string; readonly line: number; readonly isTypeOnly: boolean };

/** The imports, re-exports and dynamic imports of a source text. */
export function importsOf(file: string, text: string): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, isTypeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const { line } = source.getLineAndCharacterOfPosition(specifier.getStart());
    found.push({ from: specifier.text, line: line + 1, isTypeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  if (clause.name !== undefined || names === undefined || !ts.isNamedImports(names)) return false;
  return names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly);
}

/** Why a product file of the relay may not import what it does, or null where it may. `file` is relative to the project. */
export function layerFault(file: string, one: Import): string | null {
  const importer = path.posix.relative(RELAY, file);
  const folder = folderOf(importer);
  if (!one.from.startsWith('.')) {
    const isRefused = folder === 'sync' && !PURE_MODULES.has(one.from);
    return isRefused ? `sync is pure: it may not import ${one.from}` : null;
  }
  const target = path.posix.join(path.posix.dirname(file), one.from);
  if (/^(test|scripts)\//.test(target)) return `the product never imports ${target}`;
  if (!target.startsWith(`${RELAY}/`)) return null;
  return innerFault(folder, path.posix.relative(RELAY, target), one.isTypeOnly);
}

/** Folder by folder; '' is the composition root, which hands everybody what they need and is needed by nobody. */
function innerFault(folder: string, imported: string, isTypeOnly: boolean): string | null {
  const target = folderOf(imported);
  if (SHARED.has(imported)) return null;
  if (target === '') return folder === '' ? null : `nothing below ${RELAY} imports ${imported}`;
  if (folder === '' || folder === target) return null;
  const arrows = ARROWS[folder];
  if (arrows === undefined) return `the folder ${folder} has no place in scripts/check-layers.ts: give it one`;
  if (arrows.includes(target) || (isTypeOnly && PORTS.has(imported))) return null;
  const way = PORTS.has(imported) ? 'only its types' : 'only types of its port';
  return `${folder} may not import ${imported} (${way}; app.ts hands in the rest)`;
}

function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
}

/** Checks every product file of the relay; tests may import what they like. Answers the faults, with file and line. */
export function checkLayers(project: string): string[] {
  return readdirSync(path.join(project, RELAY), { recursive: true, encoding: 'utf8' })
    .map((name) => `${RELAY}/${name.replaceAll(path.sep, '/')}`)
    .filter((file) => file.endsWith('.ts') && !/\.(test|test-support)\.ts$/.test(file))
    .toSorted()
    .flatMap((file) =>
      importsOf(file, readFileSync(path.join(project, file), 'utf8')).flatMap((one) => {
        const fault = layerFault(file, one);
        return fault === null ? [] : [`${file}:${one.line}: ${fault}`];
      }),
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = [...checkLayers(PROJECT), ...checkAreas(PROJECT)];
  for (const fault of faults) console.log(fault);
  console.log(`layers: ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
