import { type Fault, fault } from '../../errors.ts';
import type { Part } from './batch.ts';
import type { Exchange, Headers } from './transport.ts';

/** Why there is no usable answer, and whether the request may have been carried out all the same. */
export type Failure = { readonly fault: Fault; readonly isUnknown: boolean };

/** Reads a platform's own error text; `fields` are the field names that may be meant. Null where the text says nothing. */
export type Classify = (text: string, fields: readonly string[]) => Fault | null;

/** What Microsoft's own sample waits where the header is missing. */
const DEFAULT_RETRY_AFTER_MS = 30_000;
const LONGEST_RETRY_AFTER_MS = 10 * 60_000;

/** Milliseconds until Dynamics wants to hear from us again: seconds or an HTTP date, bounded. */
export function retryAfterMs(headers: Headers, now: Date): number {
  const header = headers['retry-after'];
  const text = typeof header === 'string' ? header.trim() : '';
  const wanted = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  if (Number.isNaN(wanted)) return DEFAULT_RETRY_AFTER_MS;
  return Math.min(Math.max(Math.ceil(wanted), 0), LONGEST_RETRY_AFTER_MS);
}

/** True where Dynamics refused at the door because it is busy: nothing was carried out. */
export function isThrottled(status: number, headers: Headers, body: string): boolean {
  if (status === 429) return true;
  return status === 503 && (headers['retry-after'] !== undefined || readErrorText(body) !== null);
}

/** The fault of a throttled call. */
export function throttledFault(waitMs: number): Fault {
  return fault('DYNAMICS_THROTTLED', 'Dynamics is busy and asked us to wait.', { retryAfterMs: waitMs });
}

/** The failure of a request that got no answer. */
export function lostFailure({ wasSent, reason }: Extract<Exchange, { kind: 'lost' }>): Failure {
  if (reason === 'aborted') {
    const when = wasSent ? 'before Dynamics answered' : 'before it was sent to Dynamics';
    return { fault: fault('OUT_OF_TIME', `The call ended ${when}.`), isUnknown: wasSent };
  }
  const what = reason === 'timeout' ? 'did not answer in time' : 'cut the connection';
  const text = wasSent ? `Dynamics ${what}.` : 'Dynamics could not be reached.';
  return { fault: fault('DYNAMICS_UNAVAILABLE', text), isUnknown: wasSent };
}

/** The failure of an exchange that was answered as a whole with an error, before or instead of its operations. */
export function refusedFailure(status: number, body: string, classify: Classify): Failure {
  const text = readErrorText(body);
  if (status === 401) return known(fault('CREDENTIAL_REFUSED', 'Dynamics refused the access token of the relay.'));
  if (status === 403) return known(fault('PERMISSION_MISSING', permissionText(text)));
  if (status >= 500 || status === 408) {
    // A gateway answers like this also when the server behind it went on working.
    return { fault: fault('DYNAMICS_UNAVAILABLE', `Dynamics answered with status ${status}.`), isUnknown: true };
  }
  const classified = text === null ? null : classify(text, []);
  return known(classified ?? fault('DYNAMICS_REFUSED', `Dynamics refused the request with status ${status}.`));
}

/** The failure of one part whose status is an error. */
export function partFailure(
  part: Part,
  fields: readonly string[],
  context: { classify: Classify; now: Date },
): Failure {
  const { status, headers, body } = part;
  if (status === 429 || status === 503) return known(throttledFault(retryAfterMs(headers, context.now)));
  if (status === 412) {
    return known(fault('DYNAMICS_UPDATE_CONFLICT', 'The record changed in Dynamics since it was read.'));
  }
  if (status === 404) return known(fault('DYNAMICS_RECORD_GONE', 'The record is no longer in Dynamics.'));
  const text = readErrorText(body);
  const classified = text === null ? null : context.classify(text, fields);
  if (classified !== null) return known(classified);
  return refusedFailure(status, body, context.classify);
}

function known(own: Fault): Failure {
  return { fault: own, isUnknown: false };
}

function permissionText(text: string | null): string {
  const reason = text === null ? '' : ` Dynamics says: ${text.slice(0, 300)}`;
  return `The Dynamics user of the relay may not do this: check its roles.${reason}`;
}

type ErrorDocument = { error?: { message?: unknown; innererror?: { message?: unknown } } };

/** The telling text of an OData error document, never its stack trace; null where there is none (HTML from a gateway, empty). */
export function readErrorText(body: string): string | null {
  if (!body.trimStart().startsWith('{')) return null;
  let document: ErrorDocument;
  try {
    document = JSON.parse(body) as ErrorDocument;
  } catch {
    return null;
  }
  const { message, innererror } = document.error ?? {};
  const text = textOf(innererror?.message) ?? textOf(message);
  return text === null || text === 'An error has occurred.' ? null : text;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
