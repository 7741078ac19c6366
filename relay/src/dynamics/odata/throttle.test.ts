import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createThrottle, MAX_CONCURRENCY, type Throttle } from './throttle.ts';

const forever = new AbortController().signal;

type Gate = { readonly started: string[]; open(): void; task(name: string): () => Promise<string> };

function aGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const started: string[] = [];
  return {
    started,
    open: () => resolve(undefined),
    task: (name) => async () => {
      started.push(name);
      await promise;
      return name;
    },
  };
}

const tick = (): Promise<void> => wait(5);
const system = { clock: () => new Date() };

async function succeed(throttle: Throttle, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => throttle.run('bulk', forever, tick)));
}

describe('createThrottle', () => {
  it('starts small and lets real-time work pass bulk work that waits', async () => {
    const throttle = createThrottle(system);
    const gate = aGate();
    const running = ['b1', 'b2', 'b3', 'b4', 'b5'].map((name) => throttle.run('bulk', forever, gate.task(name)));
    running.push(throttle.run('realTime', forever, gate.task('r1')));
    await tick();
    expect(gate.started).toEqual(['b1', 'b2', 'b3', 'b4']);

    gate.open();
    await Promise.all(running);

    expect(gate.started).toEqual(['b1', 'b2', 'b3', 'b4', 'r1', 'b5']);
  });

  it('grows slowly while work waits, up to its bound', async () => {
    const throttle = createThrottle(system);

    await succeed(throttle, 20);
    const early = throttle.concurrency;
    await succeed(throttle, 700);

    expect(early).toBeGreaterThan(4);
    expect(early).toBeLessThan(8);
    expect(throttle.concurrency).toBe(MAX_CONCURRENCY);
  });

  it('halves once for a burst of refusals', () => {
    const throttle = createThrottle(system);

    throttle.backOff(50);
    throttle.backOff(60);

    expect(throttle.concurrency).toBe(2);
    throttle.close();
  });

  it('holds everybody back for a short pause, and then goes on', async () => {
    const throttle = createThrottle(system);
    const startedAt = performance.now();

    throttle.backOff(40);
    await throttle.run('realTime', forever, async () => 'done');

    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(38);
  });

  it('answers at once with the rest of a long pause, also those who wait already', async () => {
    let now = 0;
    const throttle = createThrottle({ clock: () => new Date(now) });
    const gate = aGate();
    const running = Array.from({ length: 4 }, () => throttle.run('bulk', forever, gate.task('b')));
    const waiting = throttle.run('bulk', forever, gate.task('late'));
    const refused = expect(waiting).rejects.toMatchObject({ code: 'DYNAMICS_THROTTLED' });

    throttle.backOff(30_000);
    now = 10_000;

    await expect(throttle.run('realTime', forever, gate.task('r'))).rejects.toMatchObject({ retryAfterMs: 20_000 });
    gate.open();
    await Promise.all(running);
    await refused;
    now = 30_001;
    await expect(throttle.run('realTime', forever, async () => 'again')).resolves.toBe('again');
    expect(gate.started).toEqual(['b', 'b', 'b', 'b']);
  });

  it('keeps the longer of two pauses', async () => {
    const throttle = createThrottle({ clock: () => new Date(0) });

    throttle.backOff(30_000);
    throttle.backOff(5_000);

    await expect(throttle.run('bulk', forever, tick)).rejects.toMatchObject({ retryAfterMs: 30_000 });
  });

  it('ends the wait, not the work, when a call ends', async () => {
    const throttle = createThrottle(system);
    const gate = aGate();
    const end = new AbortController();
    const running = Array.from({ length: 4 }, (_each, index) =>
      throttle.run('bulk', end.signal, gate.task(`b${index}`)),
    );
    const waiting = throttle.run('bulk', end.signal, gate.task('late'));

    end.abort();

    await expect(waiting).rejects.toMatchObject({ code: 'OUT_OF_TIME' });
    gate.open();
    await expect(Promise.all(running)).resolves.toHaveLength(4);
    expect(gate.started).not.toContain('late');
  });

  it('starts nothing for a call that has ended', async () => {
    const throttle = createThrottle(system);
    let hasRun = false;

    const attempt = throttle.run('bulk', AbortSignal.abort(), async () => (hasRun = true));

    await expect(attempt).rejects.toMatchObject({ code: 'OUT_OF_TIME' });
    expect(hasRun).toBe(false);
  });

  it('frees its place when a task fails', async () => {
    const throttle = createThrottle(system);

    const failures = Array.from({ length: 10 }, () =>
      throttle.run('bulk', forever, () => Promise.reject(new Error('no'))),
    );

    expect((await Promise.allSettled(failures)).every(({ status }) => status === 'rejected')).toBe(true);
    await expect(throttle.run('bulk', forever, async () => 'still here')).resolves.toBe('still here');
  });
});
