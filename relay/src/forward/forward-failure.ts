import type { IncomingMessage, ServerResponse } from 'node:http';
import { RelayError } from '../errors.ts';
import { answerHeaders } from '../http/answer-headers.ts';
import { answerProblem } from '../http/problem-answer.ts';
import { traceOf } from '../http/request-trace.ts';
import type { Logger } from '../telemetry/logger.ts';
import { PassThroughError } from './pass-through.ts';

/** Ends a forwarded request that failed. Of a write that may have happened it says so, and not that it may be sent again. */
export function answerFailure(log: Logger, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (error instanceof PassThroughError && error.reason === 'callerGone') return;
  const isWrite = request.method !== 'GET';
  const mayHaveHappened = error instanceof PassThroughError && error.wasSent && isWrite;
  if (!response.headersSent) response.setHeaders(answerHeaders(traceOf(request)));
  const told = error instanceof PassThroughError ? describeFailure(error, mayHaveHappened) : error;
  answerProblem(request, response, { error: told, log, ...(mayHaveHappened ? { retryable: false } : {}) });
}

function describeFailure(error: PassThroughError, mayHaveHappened: boolean): unknown {
  const look = mayHaveHappened ? ' It may have carried the write out: look before sending it again.' : '';
  switch (error.reason) {
    case 'unauthorized':
      return new RelayError(
        'CREDENTIAL_REFUSED',
        "Dynamics refused the relay's token. Send the call again; if it repeats, register the application in the environment.",
        { cause: error },
      );
    case 'redirected':
      return new RelayError(
        'UPSTREAM_UNREACHABLE',
        'Dynamics answered by a redirect, which is not followed. Check the address of the connection.',
        { cause: error },
      );
    case 'notConcluded':
      return new RelayError(
        'UNAVAILABLE',
        `The write could not be entered in the audit, so its answer is withheld.${look}`,
        { cause: error },
      );
    case 'unreachable':
    case 'callerGone':
      return new RelayError(
        'UPSTREAM_UNREACHABLE',
        `Dynamics did not answer.${look || ' Check the environment, then send it again.'}`,
        { cause: error },
      );
  }
}
