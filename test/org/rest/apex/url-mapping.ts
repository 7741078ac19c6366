import { type ApexAnnotation, type ApexClassRecord, type ApexProgram } from '../../apex/program.ts';

/** The class that answers a path, and the mapping it was found by. */
export type RestResource = { readonly record: ApexClassRecord; readonly mapping: string };

/** Finds the @RestResource class of a path below /services/apexrest: an exact mapping first, then the longest with wildcards. */
export function findResource(program: ApexProgram, namespace: string | null, path: string): RestResource | null {
  const own = withoutNamespace(path, namespace);
  if (own === null) return null;
  const matching = program
    .annotatedClasses('restresource')
    .map((record) => ({ record, mapping: mappingOf(record.annotations) }))
    .filter(({ mapping }) => isMatch(mapping, own));
  const exact = matching.find(({ mapping }) => !mapping.includes('*'));
  return exact ?? matching.sort((a, b) => b.mapping.length - a.mapping.length)[0] ?? null;
}

/** Classes of a package answer below its namespace, and nowhere else. */
function withoutNamespace(path: string, namespace: string | null): string | null {
  if (namespace === null) return path;
  const prefix = `/${namespace}/`;
  return path.toLowerCase().startsWith(prefix.toLowerCase()) ? path.slice(prefix.length - 1) : null;
}

function mappingOf(annotations: readonly ApexAnnotation[]): string {
  return annotations.find(({ name }) => name === 'restresource')?.values['urlmapping'] ?? '';
}

/** A slash at the end means nothing; a wildcard stands for one step of the path, at the end of the mapping for any rest. */
function isMatch(mapping: string, path: string): boolean {
  const wanted = stepsOf(mapping);
  const given = stepsOf(path);
  const isOpen = wanted.at(-1) === '*';
  const fixed = isOpen ? wanted.slice(0, -1) : wanted;
  const isLongEnough = isOpen ? given.length >= fixed.length : given.length === fixed.length;
  return isLongEnough && fixed.every((step, index) => step === '*' || step === given[index]);
}

function stepsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/');
}
