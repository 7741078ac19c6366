import { type Environment, noon, today } from './environment.ts';
import { refuseClosedPeriod } from './ledger-periods.ts';

/** The posting date asked for, today by default; refused when its period is closed. */
export function postingDate(environment: Environment, company: string, date: string | undefined): string {
  const day = date === undefined ? today(environment) : noon(date);
  refuseClosedPeriod(environment, 'LedgerJournalTrans', company, day);
  return day;
}

/** The day that lies `days` after another. */
export function addDays(day: string, days: number): string {
  return noon(new Date(Date.parse(day) + days * 86_400_000).toISOString());
}
