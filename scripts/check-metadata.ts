import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadApiTypes } from './metadata/api-types.ts';
import { checkField, checkObject, checkRelationshipNames } from './metadata/declaration-rules.ts';
import { buildCatalogue } from './metadata/descriptions.ts';
import { checkFormulaField, createMappingCheck } from './metadata/mapping-rules.ts';
import { buildModel } from './metadata/model.ts';
import { createRecordCheck } from './metadata/record-rules.ts';
import { checkReferences } from './metadata/reference-rules.ts';
import { filesBelow, readSource, type SourceFile } from './metadata/source.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['force-app', 'unpackaged'];
const NAMESPACE = 'http://soap.sforce.com/2006/04/metadata';
const RETRIEVES = 'unpackaged/dev';
const SECRETS = /-----BEGIN|client_?secret|\bbearer\s+[\w-]{16}|\bpassword\s*[:=]|\beyJ[\w-]{10,}/i;

/** What a run of the check found. */
export type MetadataReport = { readonly files: number; readonly faults: readonly string[] };

/**
 * Checks all Salesforce metadata of a project: each file against the Metadata API, then what the files say about each other and about
 * both systems. `catalogues` is the project whose test catalogues are asked; the same one unless a test says otherwise.
 */
export function checkMetadata(project: string, catalogues: string = project): MetadataReport {
  const files = readSource(project, FOLDERS);
  const model = buildModel(files);
  const apiTypes = loadApiTypes();
  const catalogue = buildCatalogue(model, catalogues);
  const checkRecord = createRecordCheck(model);
  const checkMapping = createMappingCheck(model, catalogue);
  const fields = [...model.fields.values()].flatMap((ofObject) => [...ofObject.values()]);
  const faults = [
    ...checkRetrieves(project),
    ...files.flatMap((file) => at(file.path, checkFile(file, apiTypes))),
    ...[...model.objects].flatMap(([name, file]) => at(file.path, checkObject(name, file))),
    ...fields.flatMap((field) => at(field.file, [...checkField(field, model), ...checkFormulaField(field, catalogue)])),
    ...checkRelationshipNames(model),
    ...model.records.flatMap((record) => at(record.file, [...checkRecord(record), ...checkMapping(record)])),
    ...checkReferences(files, readCode(project), { model, catalogue, apiVersion: apiVersionOf(catalogues) }),
  ];
  return { files: files.length, faults };
}

const CODE = /\.(cls|trigger)$|\/lwc\/[^/]+\/[^/]+\.ts$/;

function readCode(project: string): { path: string; text: string }[] {
  return filesBelow(project, FOLDERS)
    .filter((file) => CODE.test(file))
    .map((file) => ({ path: file, text: readFileSync(path.join(project, file), 'utf8') }));
}

function apiVersionOf(project: string): string {
  const settings = JSON.parse(readFileSync(path.join(project, 'sfdx-project.json'), 'utf8')) as Record<string, unknown>;
  return String(settings['sourceApiVersion']);
}

function at(file: string, faults: readonly string[]): string[] {
  return faults.map((fault) => `${file}: ${fault}`);
}

function checkFile(file: SourceFile, apiTypes: ReturnType<typeof loadApiTypes>): string[] {
  const faults: string[] = [];
  if (SECRETS.test(file.xml)) faults.push('holds something that looks like a secret');
  if (file.root === null) return [...faults, file.fault ?? 'cannot be read'];
  if (file.root.attributes['xmlns'] !== NAMESPACE) faults.push(`xmlns is not ${NAMESPACE}`);
  return [...faults, ...apiTypes(file.root)];
}

/** A stray retrieve lands there; committed, it would be noise nobody meant. */
function checkRetrieves(project: string): string[] {
  return filesBelow(project, [RETRIEVES])
    .filter((file) => path.basename(file) !== '.gitkeep')
    .map((file) => `${file}: ${RETRIEVES} must stay empty; move it to where it belongs`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { files, faults } = checkMetadata(PROJECT);
  for (const fault of faults) console.log(fault);
  console.log(`${files} metadata files, ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
