import type { IncomingMessage } from 'node:http';

/** What is remembered of a request while it is under way: for its log line, its metrics and its answer. */
export type RequestTrace = {
  readonly correlationId: string;
  /** The pattern of the route, never the path: paths hold keys and secrets. */
  route: string;
  org: string | null;
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
// On the request itself: a WeakMap costs the garbage collector a second look at every request.
const TRACE = Symbol('trace');
type Traced = IncomingMessage & { [TRACE]?: RequestTrace };

/** Begins the trace of a request. Its correlation id is the caller's if that is a UUID, else a new one. */
export function beginTrace(request: Traced, ids: () => string): RequestTrace {
  const given = request.headers['x-correlation-id'];
  const correlationId = typeof given === 'string' && UUID.test(given) ? given.toLowerCase() : ids();
  const trace: RequestTrace = { correlationId, route: 'unmatched', org: null };
  request[TRACE] = trace;
  return trace;
}

/** The trace of a request that `beginTrace` has seen. */
export function traceOf(request: Traced): RequestTrace {
  const trace = request[TRACE];
  if (trace === undefined) throw new Error('beginTrace was not called for this request');
  return trace;
}
