import { type Environment } from './environment.ts';
import { writeRefused } from './refusals.ts';

/** Refuses a ledger date in a period that the company has closed. */
export function refuseClosedPeriod(environment: Environment, aot: string, company: string, instant: string): void {
  const until = environment.settings.closedUntil[company];
  const day = instant.slice(0, 10);
  if (until === undefined || day > until) return;
  throw writeRefused(
    aot,
    `The fiscal period for date ${day} in company '${company}' is closed; posting is not allowed`,
  );
}
