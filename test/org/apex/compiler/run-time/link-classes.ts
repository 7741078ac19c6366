import { type ApexObject } from '../../runtime/values/apex-object.ts';
import { type ApexRuntime } from '../../runtime.ts';
import { type CompiledApex } from '../compile.ts';
import { registerLines } from '../frames.ts';

/** A class of compiled Apex: constructors and methods are found by their keys. */
export type CompiledClass = (new () => ApexObject) & {
  apexName: string;
  $run: () => void;
  $statics?: () => object;
} & Record<string, (...args: unknown[]) => unknown>;

type Makers = Record<string, () => CompiledClass>;

/** Runs the compiled files and makes their classes, superclasses first; keys are names in lower case. */
export function linkClasses(compiled: CompiledApex, runtime: ApexRuntime): Map<string, CompiledClass> {
  const known: Record<string, CompiledClass> = {};
  const makers = new Map<string, () => CompiledClass>();
  for (const unit of compiled.units) {
    const url = registerLines(unit.name, unit.table);
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- Compiled Apex is JavaScript made here; this is where it becomes code.
    const run = new Function('$', 'K', `${unit.code}\n//# sourceURL=${url}`) as (
      runtime: ApexRuntime,
      classes: object,
    ) => Makers;
    for (const [name, make] of Object.entries(run(runtime, known))) makers.set(name.toLowerCase(), make);
  }
  const records = new Map(compiled.classes.map((each) => [each.name.toLowerCase(), each]));
  const linked = new Map<string, CompiledClass>();
  const link = (key: string): void => {
    const record = records.get(key);
    const make = makers.get(key);
    if (!record || !make || linked.has(key)) return;
    if (record.superclass?.kind === 'class') link(record.superclass.name.toLowerCase());
    const made = make();
    Object.defineProperty(made, 'apexName', { value: record.name });
    known[record.name.replaceAll('.', '$')] = made;
    linked.set(key, made);
  };
  for (const key of records.keys()) link(key);
  return linked;
}
