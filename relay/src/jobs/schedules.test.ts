import { describe, expect, it } from '@jest/globals';
import { housekeepingSchedules, startSchedules } from './schedules.ts';

const quiet = { info: () => undefined, warn: () => undefined };

describe('startSchedules', () => {
  it('runs at once and again at its pace, also after a failure', async () => {
    const third = Promise.withResolvers<undefined>();
    let turns = 0;

    const running = startSchedules(
      [
        {
          name: 'sweep',
          everyMs: 5,
          run: async () => {
            turns += 1;
            if (turns === 3) {
              third.resolve(undefined);
            }
            throw new Error('no database');
          },
        },
      ],
      { log: quiet },
    );
    await third.promise;
    await running.stop();

    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it('never runs one schedule twice at a time, and stops only when the turn has ended', async () => {
    let running = 0;
    let most = 0;
    const schedules = startSchedules(
      [
        {
          name: 'slow',
          everyMs: 0,
          run: async () => {
            running += 1;
            most = Math.max(most, running);
            await new Promise((resolve) => setTimeout(resolve, 10));
            running -= 1;
          },
        },
      ],
      { log: quiet },
    );
    await new Promise((resolve) => setTimeout(resolve, 40));

    await schedules.stop();

    expect([most, running]).toEqual([1, 0]);
  });

  it('tells a turn that the relay stops', async () => {
    const seen = Promise.withResolvers<boolean>();
    const schedules = startSchedules(
      [
        {
          name: 'long',
          everyMs: 1_000,
          run: (signal) =>
            new Promise<void>((resolve) => {
              signal.addEventListener('abort', () => {
                seen.resolve(true);
                resolve();
              });
            }),
        },
      ],
      { log: quiet },
    );

    await schedules.stop();

    expect(await seen.promise).toBe(true);
  });
});

describe('housekeepingSchedules', () => {
  it('purges what is older than the retention by the clock it was given', async () => {
    const purged: object[] = [];
    const [purge] = housekeepingSchedules({
      store: { purge: async (before) => purged.push(before), removeExpiredLeases: async () => 0 },
      sweepQuarantine: async () => undefined,
      clock: () => new Date('2026-11-23T00:00:00.000Z'),
      retentionDays: { audit: 3, problems: 2, events: 1, configurations: 4 },
    });

    await purge!.run(new AbortController().signal);

    expect(purged).toEqual([
      {
        audit: '2026-11-20T00:00:00.000Z',
        problems: '2026-11-21T00:00:00.000Z',
        events: '2026-11-22T00:00:00.000Z',
        parkedEvents: '2026-11-21T02:00:00.000Z',
        configurations: '2026-11-19T00:00:00.000Z',
        now: '2026-11-23T00:00:00.000Z',
      },
    ]);
  });
});
