import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { RelayError } from '../errors.ts';

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host'];

/**
 * Lets only those through who run the relay: with the metrics token where one is set, else from this machine alone and not by
 * way of a proxy on it. Throws RelayError NOT_FOUND, TOKEN_MISSING or TOKEN_INVALID.
 */
export function requireOperator(request: IncomingMessage, metricsToken: string | null): void {
  if (metricsToken === null) {
    if (isLocal(request)) return;
    throw new RelayError(
      'NOT_FOUND',
      'The figures are for this machine only. Set RELAY_METRICS_TOKEN_FILE to read them from another one.',
    );
  }
  const { authorization } = request.headers;
  if (authorization === undefined) {
    throw new RelayError(
      'TOKEN_MISSING',
      'The call carries no bearer token. Send the one in RELAY_METRICS_TOKEN_FILE.',
    );
  }
  const given = /^Bearer (.+)$/i.exec(authorization)?.[1] ?? '';
  if (timingSafeEqual(digestOf(given), digestOf(metricsToken))) return;
  throw new RelayError('TOKEN_INVALID', 'The bearer token is not the one in RELAY_METRICS_TOKEN_FILE. Compare them.');
}

function isLocal({ socket, headers }: IncomingMessage): boolean {
  return LOOPBACK.test(socket.remoteAddress ?? '') && !FORWARDED.some((name) => name in headers);
}

// Of one length, so that the comparison takes the same time for every guess.
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
