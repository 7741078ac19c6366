import type { IncomingMessage, ServerResponse } from 'node:http';

/** What is remembered of a request while it is under way: for its log line, its metrics and its answer. */
export type RequestTrace = {
  readonly correlationId: string;
  /** The pattern of the route, never the path: paths hold keys and secrets. */
  route: string;
  org: string | null;
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const traces = new WeakMap<IncomingMessage, RequestTrace>();

/** Begins the trace of a request and announces its correlation id: the caller's if that is a UUID, else a new one. */
export function beginTrace(request: IncomingMessage, response: ServerResponse, ids: () => string): RequestTrace {
  const given = request.headers['x-correlation-id'];
  const correlationId = typeof given === 'string' && UUID.test(given) ? given.toLowerCase() : ids();
  const trace: RequestTrace = { correlationId, route: 'unmatched', org: null };
  traces.set(request, trace);
  response.setHeader('X-Correlation-Id', correlationId);
  return trace;
}

/** The trace of a request that `beginTrace` has seen. */
export function traceOf(request: IncomingMessage): RequestTrace {
  const trace = traces.get(request);
  if (trace === undefined) throw new Error('beginTrace was not called for this request');
  return trace;
}
