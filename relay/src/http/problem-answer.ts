import type { IncomingMessage, ServerResponse } from 'node:http';
import { describeCode, RelayError, toFault, type ErrorCode } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { traceOf } from './request-trace.ts';

/** The body of every answer that is not a success (contracts/schemas/error.v1.schema.json). */
export type ProblemBody = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly correlationId: string;
};

const STATUS_OF_OUTCOME: Partial<Record<string, number>> = { deferred: 503, blocked: 409, failed: 500 };

/** The HTTP status of a code: its own, or, for a code of units that fails a whole call, what its outcome comes down to. */
export function statusOf(code: ErrorCode): number {
  const { status, outcome } = describeCode(code);
  return status ?? STATUS_OF_OUTCOME[outcome ?? 'failed'] ?? 422;
}

/**
 * Ends a request in the one shape of errors. What is not a RelayError is our bug: the log gets all of it, the caller only
 * the correlation id. An answer that has begun cannot be taken back, so it is cut, which no client takes for a whole one.
 */
export function answerProblem(
  request: IncomingMessage,
  response: ServerResponse,
  problem: { readonly error: unknown; readonly log: Logger; readonly status?: number; readonly retryable?: boolean },
): void {
  const { correlationId, route, org } = traceOf(request);
  const { code, message, retryAfterMs } = toFault(problem.error);
  const status = problem.status ?? statusOf(code);
  const retryable = problem.retryable ?? (problem.error instanceof RelayError && problem.error.isRetryable);
  logProblem(problem.log, { err: problem.error, code, status, route, org, correlationId });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  if (retryAfterMs !== null) response.setHeader('Retry-After', String(Math.ceil(retryAfterMs / 1000)));
  const body: ProblemBody = { code, message, retryable, retryAfterMs, correlationId };
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(request.method === 'HEAD' ? undefined : text);
}

type ProblemFields = {
  readonly err: unknown;
  readonly code: ErrorCode;
  readonly status: number;
  readonly route: string;
  readonly org: string | null;
  readonly correlationId: string;
};

function logProblem(log: Logger, fields: ProblemFields): void {
  if (fields.code === 'UNEXPECTED') log.error(fields, 'A request failed unexpectedly');
  else if (fields.status >= 500) log.warn(fields, 'A request failed');
  else log.info({ ...fields, err: undefined }, 'A request was refused');
}
