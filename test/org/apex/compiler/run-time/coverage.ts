import { type ApexCoverage } from '../../program.ts';
import { type CompiledUnit } from '../compile.ts';

/** Statements between two looks at the CPU limit. */
const STATEMENTS = 1024;

/** Which lines ran; also what notices that a transaction runs too long. */
export function createCoverage(units: readonly CompiledUnit[], checkCpuTime: () => void) {
  const hits = new Map(units.map(({ name, lines }) => [name, new Uint8Array((lines.at(-1) ?? 0) + 1)]));
  let steps = 0;
  const cover = (unit: string): ((line: number) => void) => {
    const seen = hits.get(unit) ?? new Uint8Array(0);
    return (line) => {
      seen[line] = 1;
      steps += 1;
      if (steps % STATEMENTS === 0) checkCpuTime();
    };
  };
  const report = (): ApexCoverage[] =>
    units
      .filter(({ name }) => name !== '$Anonymous')
      .map(({ name, path, lines }) => ({
        name: name.replace(/^\$Trigger\$/, ''),
        path,
        lines,
        hits: new Set(lines.filter((line) => hits.get(name)?.[line] === 1)),
      }));
  const reset = (): void => {
    for (const seen of hits.values()) seen.fill(0);
  };
  return { cover, report, reset };
}
