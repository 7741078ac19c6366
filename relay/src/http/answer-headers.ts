import type { RequestTrace } from './request-trace.ts';

const SECURITY_HEADERS = [
  ['Cache-Control', 'no-store'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Referrer-Policy', 'no-referrer'],
  ['Strict-Transport-Security', 'max-age=31536000'],
  ['X-Content-Type-Options', 'nosniff'],
] as const;

const FLAT = SECURITY_HEADERS.flat();

/** What every answer carries, whatever it answers: as a Map to be set ahead of the rest. */
export function answerHeaders({ correlationId }: RequestTrace): Map<string, string> {
  return new Map([...SECURITY_HEADERS, ['X-Correlation-Id', correlationId]]);
}

/** The same as the beginning of a flat list, the one form of a head that node writes without keeping it first. */
export function answerHead({ correlationId }: RequestTrace): string[] {
  return [...FLAT, 'X-Correlation-Id', correlationId];
}
