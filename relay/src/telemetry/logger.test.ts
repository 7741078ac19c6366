import { describe, expect, it } from '@jest/globals';
import { createLogger, redactText } from './logger.ts';

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl';

function createLog(level: 'debug' | 'info' = 'debug') {
  const lines: string[] = [];
  const log = createLogger({ level, destination: { write: (line) => void lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('createLogger', () => {
  it('writes one JSON line with level, time, fields and message', () => {
    const { log, lines, last } = createLog();

    log.info({ correlationId: 'c-1', count: 3 }, 'Synchronized');

    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('\n')).toBe(true);
    expect(last()).toMatchObject({ level: 'info', correlationId: 'c-1', count: 3, msg: 'Synchronized' });
    expect(Date.parse(String(last().time))).not.toBeNaN();
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = createLog('info');

    log.debug({}, 'detail');

    expect(lines).toEqual([]);
  });

  it('takes secrets out by name at any depth, in children and in errors', () => {
    const { log, lines } = createLog();
    const cause = Object.assign(new Error(`refused Bearer ${JWT}`), { request: { headers: { authorization: JWT } } });

    log.info({ a: { headers: [{ Authorization: 'PLANTED' }], client_secret: 'PLANTED' }, body: 'PLANTED' }, 'call');
    log.child({ accessToken: 'PLANTED' }).warn({ org: 'o' }, 'child');
    log.error({ err: new Error('outer', { cause }) }, 'failed');

    const text = lines.join('');
    expect(lines).toHaveLength(3);
    expect(text).not.toContain('PLANTED');
    expect(text).not.toContain(JWT);
    expect(text).toContain('outer');
    expect(text).toContain('refused Bearer [redacted]');
  });

  it.each([
    [`token ${JWT} seen`, 'token [redacted] seen'],
    [`Unexpected token 'P', "PLANTED va"... is not valid JSON`, 'Unexpected token [redacted] is not valid JSON'],
    ['Authorization: Bearer abc.def-1', 'Authorization: Bearer [redacted]'],
    ['grant_type=x&client_secret=PLANTED&scope=y', 'grant_type=x&client_secret=[redacted]&scope=y'],
    ['client_assertion=PLANTED', 'client_assertion=[redacted]'],
    [
      'POST /v1/events/finance-operations/contoso/PLANTED?x=1',
      'POST /v1/events/finance-operations/contoso/[redacted]?x=1',
    ],
    ['-----BEGIN PRIVATE KEY-----\nPLANTED\n-----END PRIVATE KEY----- rest', '[redacted] rest'],
  ])('takes the credential out of %j', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  it('takes secrets out of messages too, and survives cycles', () => {
    const { log, last } = createLog();
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;

    log.warn({ cycle }, `sent with ${JWT}`);

    expect(last().msg).toBe('sent with [redacted]');
  });
});
