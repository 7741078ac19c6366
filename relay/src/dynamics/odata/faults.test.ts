import { describe, expect, it } from '@jest/globals';
import { fault } from '../../errors.ts';
import type { Part } from './batch.ts';
import { isThrottled, lostFailure, partFailure, readErrorText, refusedFailure, retryAfterMs } from './faults.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const classify = (text: string): ReturnType<typeof fault> => fault('DYNAMICS_REFUSED', text);
const context = { classify, now: NOW };
const aPart = (status: number, body = '', headers: Record<string, string> = {}): Part => ({
  status,
  body,
  headers,
  contentId: null,
});
const error = (inner: string): string =>
  JSON.stringify({
    error: {
      code: '',
      message: 'An error has occurred.',
      innererror: { message: inner, stacktrace: 'at Secret.Place()' },
    },
  });

describe('retryAfterMs', () => {
  it.each([
    ['5', 5000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:07 GMT', 7000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['99999999', 600_000],
    ['soon', 30_000],
  ])('reads "%s" as %d', (header, milliseconds) => {
    expect(retryAfterMs({ 'retry-after': header }, NOW)).toBe(milliseconds);
  });

  it('waits what Microsoft recommends where the header is missing', () => {
    expect(retryAfterMs({}, NOW)).toBe(30_000);
  });
});

describe('isThrottled', () => {
  it('takes a 503 as a refusal only where Dynamics itself speaks', () => {
    expect(isThrottled(503, { 'retry-after': '1' }, '')).toBe(true);
    expect(isThrottled(503, {}, error('busy'))).toBe(true);
    expect(isThrottled(503, {}, '<html>Service Unavailable</html>')).toBe(false);
    expect(isThrottled(429, {}, '')).toBe(true);
  });
});

describe('partFailure', () => {
  it.each([
    [aPart(429, '', { 'retry-after': '3' }), 'DYNAMICS_THROTTLED', false],
    [aPart(503), 'DYNAMICS_THROTTLED', false],
    [aPart(412, error('conflict')), 'DYNAMICS_UPDATE_CONFLICT', false],
    [aPart(404, error('No HTTP resource')), 'DYNAMICS_RECORD_GONE', false],
    [aPart(400, error('Write failed')), 'DYNAMICS_REFUSED', false],
    [aPart(500, error('Write failed')), 'DYNAMICS_REFUSED', false],
    [aPart(500, '<html>'), 'DYNAMICS_UNAVAILABLE', true],
    [aPart(502), 'DYNAMICS_UNAVAILABLE', true],
    [aPart(400, ''), 'DYNAMICS_REFUSED', false],
  ])('reads %o as %s, unknown: %s', (part, code, isUnknown) => {
    expect(partFailure(part, [], context)).toMatchObject({ fault: { code }, isUnknown });
  });
});

describe('refusedFailure', () => {
  it.each([
    [401, 'CREDENTIAL_REFUSED', false],
    [403, 'PERMISSION_MISSING', false],
    [408, 'DYNAMICS_UNAVAILABLE', true],
    [504, 'DYNAMICS_UNAVAILABLE', true],
  ])('reads a whole answer of %d as %s', (status, code, isUnknown) => {
    expect(refusedFailure(status, '<html>', classify)).toMatchObject({ fault: { code }, isUnknown });
  });
});

describe('lostFailure', () => {
  it('calls the outcome unknown only where the request may have arrived', () => {
    const lost = { kind: 'lost', cause: null } as const;

    expect(lostFailure({ ...lost, wasSent: false, reason: 'cut' })).toMatchObject({
      isUnknown: false,
      fault: { code: 'DYNAMICS_UNAVAILABLE' },
    });
    expect(lostFailure({ ...lost, wasSent: true, reason: 'timeout' })).toMatchObject({
      isUnknown: true,
      fault: { code: 'DYNAMICS_UNAVAILABLE' },
    });
    expect(lostFailure({ ...lost, wasSent: true, reason: 'aborted' })).toMatchObject({
      isUnknown: true,
      fault: { code: 'OUT_OF_TIME' },
    });
  });
});

describe('readErrorText', () => {
  it('prefers the inner message and never gives the stack trace', () => {
    expect(readErrorText(error('The reason.'))).toBe('The reason.');
  });

  it.each(['', '<html>502</html>', '{"error":', '{"error":{"message":"An error has occurred."}}', '{}', '[]'])(
    'finds nothing in %o',
    (body) => {
      expect(readErrorText(body)).toBeNull();
    },
  );
});
