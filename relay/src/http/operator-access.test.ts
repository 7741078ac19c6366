import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { RelayError } from '../errors.ts';
import { requireOperator } from './operator-access.ts';

const TOKEN = 'a-token-for-the-monitoring';

function codeOf(
  from: string | undefined,
  headers: Record<string, string> = {},
  metricsToken: string | null = null,
): string {
  try {
    requireOperator({ socket: { remoteAddress: from }, headers } as unknown as IncomingMessage, metricsToken);
    return 'let through';
  } catch (error) {
    if (error instanceof RelayError) return error.code;
    throw error;
  }
}

describe('the figures', () => {
  it.each(['127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1'])('are for %s without a token', (from) => {
    expect(codeOf(from)).toBe('let through');
  });

  it.each(['10.0.0.7', '::ffff:10.0.0.7', '2001:db8::1', '12.127.0.0', undefined])(
    'do not exist for %s without a token',
    (from) => {
      expect(codeOf(from)).toBe('NOT_FOUND');
    },
  );

  it('do not exist for who comes by way of a proxy on this machine', () => {
    expect(codeOf('127.0.0.1', { 'x-forwarded-for': '203.0.113.9' })).toBe('NOT_FOUND');
    expect(codeOf('127.0.0.1', { forwarded: 'for=203.0.113.9' })).toBe('NOT_FOUND');
  });

  it('are for who has the token where one is set, and for nobody else', () => {
    expect(codeOf('10.0.0.7', { authorization: `Bearer ${TOKEN}` }, TOKEN)).toBe('let through');
    expect(codeOf('10.0.0.7', { authorization: `Bearer ${TOKEN}x` }, TOKEN)).toBe('TOKEN_INVALID');
    expect(codeOf('10.0.0.7', { authorization: TOKEN }, TOKEN)).toBe('TOKEN_INVALID');
    expect(codeOf('127.0.0.1', {}, TOKEN)).toBe('TOKEN_MISSING');
  });
});
