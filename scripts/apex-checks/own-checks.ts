import { buildCatalogue } from '../metadata/descriptions.ts';
import { buildModel } from '../metadata/model.ts';
import { readSource } from '../metadata/source.ts';
import { checkAccessModes } from './access-modes.ts';
import { readApex } from './apex-source.ts';
import { checkDeclarations } from './declarations.ts';
import { checkErrorCatalogue } from './error-catalogue.ts';
import { checkSoqlFields } from './soql-fields.ts';

/** What the tools from elsewhere do not see: modes, sharing, shapes, fields inside queries, drift of the error codes. */
export function checkOwnRules(project: string): string[] {
  const catalogue = buildCatalogue(buildModel(readSource(project, ['force-app', 'unpackaged'])), project);
  const faults = readApex(project).flatMap((file) => {
    const findings = [
      ...checkDeclarations(file),
      ...checkAccessModes(file),
      ...checkSoqlFields(file, (name) => catalogue.object(name)),
    ];
    return [...file.faults, ...findings.map(({ line, message }) => `${file.path}:${line}: ${message}`)];
  });
  return [...faults, ...checkErrorCatalogue(project)];
}
