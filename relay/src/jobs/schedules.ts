import { setTimeout as delay } from 'node:timers/promises';
import { type JobsLog } from './boss.ts';
import { EVENT_KEPT_MS } from './job-policies.ts';

/** Something that is done again and again; safe to run in several relays at once. */
export type Schedule = {
  readonly name: string;
  readonly everyMs: number;
  run(signal: AbortSignal): Promise<unknown>;
};

/** Runs each schedule once now and then at its pace, never twice at a time; a failure is logged and the next turn comes all the same. */
export function startSchedules(
  schedules: readonly Schedule[],
  dependencies: { readonly log: JobsLog; readonly random?: () => number },
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const turns = schedules.map((schedule) => takeTurns(schedule, stopping.signal, dependencies));
  return {
    async stop() {
      stopping.abort();
      await Promise.all(turns);
    },
  };
}

async function takeTurns(
  schedule: Schedule,
  signal: AbortSignal,
  { log, random = Math.random }: { readonly log: JobsLog; readonly random?: () => number },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await schedule.run(signal);
    } catch (error) {
      log.warn({ schedule: schedule.name, err: error }, 'A schedule failed; its next turn comes as planned');
    }
    // A tenth of jitter: several relays that were started together spread out.
    await delay(schedule.everyMs * (0.9 + 0.2 * random()), undefined, { signal }).catch(() => undefined);
  }
}

/** For how long the journal keeps what is settled. */
export type RetentionDays = Readonly<Record<'audit' | 'problems' | 'events' | 'configurations', number>>;

const DAY_MS = 24 * 60 * 60_000;
const RETENTION: RetentionDays = { audit: 400, problems: 90, events: 14, configurations: 30 };

/** The relay's own chores: purging, expired leases, and the lookup of creates whose outcome is unknown. */
export function housekeepingSchedules(dependencies: {
  readonly store: {
    purge(before: {
      audit: string;
      problems: string;
      events: string;
      parkedEvents: string;
      configurations: string;
      now: string;
    }): Promise<unknown>;
    removeExpiredLeases(): Promise<unknown>;
  };
  /** Looks up the creates that runs left behind. */
  readonly sweepQuarantine: (signal: AbortSignal) => Promise<unknown>;
  readonly clock: () => Date;
  readonly retentionDays?: RetentionDays;
}): Schedule[] {
  const { store, sweepQuarantine, clock, retentionDays = RETENTION } = dependencies;
  const before = (days: number) => new Date(clock().getTime() - days * DAY_MS).toISOString();
  return [
    {
      name: 'purge',
      everyMs: 60 * 60_000,
      run: () =>
        store.purge({
          audit: before(retentionDays.audit),
          problems: before(retentionDays.problems),
          events: before(retentionDays.events),
          parkedEvents: new Date(clock().getTime() - EVENT_KEPT_MS).toISOString(),
          configurations: before(retentionDays.configurations),
          now: before(0),
        }),
    },
    { name: 'expired leases', everyMs: 5 * 60_000, run: () => store.removeExpiredLeases() },
    { name: 'quarantine', everyMs: 30_000, run: sweepQuarantine },
  ];
}
