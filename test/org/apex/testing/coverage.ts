import { type ApexProgram } from '../program.ts';

/** Lines of one class or trigger: those that can run and those that did. */
export type ClassCoverage = {
  readonly name: string;
  readonly lines: readonly number[];
  readonly hits: readonly number[];
};

export type CoverageTotal = { readonly covered: number; readonly lines: number; readonly percent: number };

/** Coverage of everything but the tests themselves. */
export function measureCoverage(program: ApexProgram): ClassCoverage[] {
  const tests = new Set(program.annotatedClasses('istest').map(({ name }) => name.toLowerCase()));
  return program
    .coverage()
    .filter(({ name }) => !tests.has(name.toLowerCase()))
    .map(({ name, lines, hits }) => ({ name, lines, hits: [...hits] }));
}

/** What several processes covered together. */
export function mergeCoverage(parts: readonly (readonly ClassCoverage[])[]): ClassCoverage[] {
  const merged = new Map<string, { lines: readonly number[]; hits: Set<number> }>();
  for (const { name, lines, hits } of parts.flat()) {
    const known = merged.get(name) ?? { lines, hits: new Set<number>() };
    for (const line of hits) known.hits.add(line);
    merged.set(name, known);
  }
  return [...merged]
    .map(([name, { lines, hits }]) => ({ name, lines, hits: lines.filter((line) => hits.has(line)) }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

export function totalOf(classes: readonly ClassCoverage[]): CoverageTotal {
  const lines = classes.reduce((sum, one) => sum + one.lines.length, 0);
  const covered = classes.reduce((sum, one) => sum + one.hits.length, 0);
  return { covered, lines, percent: lines === 0 ? 100 : (covered / lines) * 100 };
}
