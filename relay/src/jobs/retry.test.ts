import { describe, expect, it } from '@jest/globals';
import { RelayError } from '../errors.ts';
import {
  DEAD_LETTER_RETENTION_SECONDS,
  EVENT_KEPT_MS,
  JOB_POLICIES,
  LONGEST_ASKED_PAUSE_MS,
  MOST_ATTEMPTS,
} from './job-policies.ts';
import { backoffMs, healerOf, judge } from './retry.ts';

const policy = JOB_POLICIES['event.finance-operations'];
const lowest = () => 0;
const highest = () => 1;
const young = { attempt: 1, ageMs: 0 };
const HOUR_MS = 3_600_000;

describe('judge', () => {
  it('tries a bug of ours again, with backoff', () => {
    expect(judge(new Error('bug'), young, policy, lowest)).toEqual({ kind: 'retry', afterMs: 500, code: 'UNEXPECTED' });
  });

  it('waits at least as long as the error asks for, and longer with each attempt, but never asked longer than an hour', () => {
    const throttled = (retryAfterMs: number) => new RelayError('DYNAMICS_THROTTLED', 'Wait.', { retryAfterMs });

    expect(judge(throttled(5), young, policy, lowest)).toMatchObject({ kind: 'retry', afterMs: 500 });
    expect(judge(throttled(2_000), young, policy, lowest)).toMatchObject({ afterMs: 2_000 });
    expect(judge(throttled(2_000), { attempt: 9, ageMs: 0 }, policy, lowest)).toMatchObject({ afterMs: 128_000 });
    expect(judge(throttled(1e9), young, policy, lowest)).toMatchObject({ afterMs: LONGEST_ASKED_PAUSE_MS });
  });

  it('outlasts the quarantine and any outage of hours: what time heals is never given up by a count', () => {
    const ahead = new RelayError('EVENT_AHEAD', 'Not there yet.', { retryAfterMs: 2_000 });
    let ageMs = 0;
    let attempt = 1;

    for (let verdict = judge(ahead, young, policy, lowest); verdict.kind === 'retry';) {
      ageMs += verdict.afterMs;
      attempt += 1;
      verdict = judge(ahead, { attempt, ageMs }, policy, lowest);
    }

    expect(ageMs).toBeGreaterThanOrEqual(24 * HOUR_MS);
    expect(ageMs).toBeLessThanOrEqual(25 * HOUR_MS);
    expect(attempt).toBeLessThan(MOST_ATTEMPTS);
  });

  it('gives a job that grew old before its first attempt several all the same', () => {
    const away = new RelayError('DYNAMICS_UNAVAILABLE', 'Away.');
    const old = 40 * HOUR_MS;

    expect(judge(away, { attempt: policy.leastAttempts - 1, ageMs: old }, policy, lowest).kind).toBe('retry');
    expect(judge(away, { attempt: policy.leastAttempts, ageMs: old }, policy, lowest).kind).toBe('dead');
  });

  it.each([
    'CREDENTIAL_REFUSED',
    'PERMISSION_MISSING',
    'CONFIGURATION_INVALID',
    'CONFIGURATION_UNREADABLE',
    'CONTRACT_UNSUPPORTED',
    'MAPPING_UNKNOWN',
    'MAPPING_INVALID',
    'ENTITY_SET_UNKNOWN',
    'ENTITY_SET_NOT_ALLOWED',
  ] as const)('holds %s until an admin mended the cause', (code) => {
    const error = new RelayError(code, 'Mend it.', { retryAfterMs: 1_000 });

    expect(healerOf(error)).toBe('admin');
    expect(judge(error, young, policy, lowest)).toEqual({ kind: 'retry', afterMs: policy.heldPauseMs, code });
  });

  it('gives up at once what can only fail the same way', () => {
    expect(judge(new RelayError('VALUE_REQUIRED', 'Fill it.'), young, policy, lowest)).toEqual({
      kind: 'dead',
      code: 'VALUE_REQUIRED',
    });
  });
});

describe('backoffMs', () => {
  it('doubles, spreads over the upper half, and ends at the longest pause', () => {
    expect([1, 2, 3].map((attempt) => backoffMs(attempt, policy, highest))).toEqual([1_000, 2_000, 4_000]);
    expect([1, 2, 3].map((attempt) => backoffMs(attempt, policy, lowest))).toEqual([500, 1_000, 2_000]);
    expect(backoffMs(40, policy, highest)).toBe(policy.longestPauseMs);
  });
});

describe('no sealed event is kept for more than 72 hours', () => {
  const hours = (milliseconds: number): number => milliseconds / HOUR_MS;
  const lastPause = hours(LONGEST_ASKED_PAUSE_MS);

  it('not one that waited long for a relay', () => {
    const waiting = policy.retentionSeconds / 3_600;
    const trying = policy.leastAttempts * lastPause;

    expect(waiting + trying + DEAD_LETTER_RETENTION_SECONDS / 3_600).toBeLessThanOrEqual(72);
  });

  it('not one that a person has tried again at the last moment', () => {
    expect(hours(EVENT_KEPT_MS) + hours(policy.giveUpAfterMs) + lastPause).toBeLessThanOrEqual(72);
  });
});
