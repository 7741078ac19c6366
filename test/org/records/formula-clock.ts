import { type SyncParseOptions } from 'sformula';

/** The instant formulas call now, ISO-8601 UTC. */
export type FormulaClock = { readonly now: string };

type ClockedFormula = {
  readonly formula: string;
  readonly inputTypes: NonNullable<SyncParseOptions['inputTypes']>;
  readonly inputs: Readonly<Record<string, unknown>>;
};

const CLOCK_CALLS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\b(TODAY|NOW)\s*\(\s*\)/gi;

/** Lets TODAY() and NOW() read the org's clock instead of the machine's: they become inputs of the formula. */
export function withClock(formula: string, clock: FormulaClock): ClockedFormula {
  return {
    formula: formula.replace(CLOCK_CALLS, (match: string, call: string | undefined) =>
      call === undefined ? match : call.toUpperCase() === 'TODAY' ? 'Clock_Today' : 'Clock_Now',
    ),
    inputTypes: { Clock_Today: { type: 'date' }, Clock_Now: { type: 'datetime' } },
    inputs: { Clock_Today: clock.now.slice(0, 10), Clock_Now: clock.now },
  };
}
