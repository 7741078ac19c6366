import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { RelayError } from '../errors.ts';
import { responseHeaders } from './forward-headers.ts';

/** One request to Dynamics. `body` streams; null where there is none. */
export type UpstreamRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: IncomingMessage | null;
};

/** Why nothing was passed on: Dynamics refused our token, answered by a redirect, could not be reached; or the caller left. */
export class PassThroughError extends Error {
  override readonly name = 'PassThroughError';
  readonly reason: 'unauthorized' | 'redirected' | 'unreachable' | 'callerGone' | 'notConcluded';
  /** True where Dynamics may have carried the request out. */
  readonly wasSent: boolean;

  constructor(reason: PassThroughError['reason'], wasSent: boolean, cause?: unknown) {
    super(`Dynamics' answer was not passed on: ${reason}`, { cause });
    this.reason = reason;
    this.wasSent = wasSent;
  }
}

/** Awaited between the head of an answer and its passing on. */
export type Conclude = (status: number) => Promise<void>;

/**
 * Streams a request to Dynamics and its answer back, both at the pace of the slower side, neither held nor looked into.
 * Where `conclude` throws, nothing is passed on. Throws PassThroughError.
 */
export function passThrough(
  dispatcher: Dispatcher,
  upstream: UpstreamRequest,
  response: ServerResponse,
  conclude: Conclude | null,
): Promise<{ readonly status: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number }>();
  let controller: Dispatcher.DispatchController | null = null;
  const leave = () => {
    if (!response.writableFinished) controller?.abort(new PassThroughError('callerGone', true));
  };
  const end = (settle: () => void) => {
    response.off('close', leave);
    settle();
  };
  response.once('close', leave);
  const answerHandler = createAnswerHandler(response, conclude, {
    done: (status) => end(() => resolve({ status })),
    failed: (error) => end(() => reject(toFailure(error, controller !== null))),
  });
  dispatcher.dispatch(upstream, {
    ...answerHandler,
    onRequestStart: (started) => {
      controller = started;
      if (response.destroyed) leave();
    },
  });
  return promise;
}

type Ends = { readonly done: (status: number) => void; readonly failed: (error: unknown) => void };

function createAnswerHandler(response: ServerResponse, conclude: Conclude | null, ends: Ends) {
  let answered = 0;
  // While the conclusion is under way. A connection that Dynamics closes meanwhile delivers its rest in spite of the pause.
  let gate: Promise<void> | null = null;
  const afterGate = (step: () => void) => {
    if (gate === null) step();
    else void gate.then(step, () => undefined);
  };
  return {
    onResponseStart: (controller, status, headers) => {
      answered = status;
      const refusal = refusalOf(status);
      const writeHead = () => void response.writeHead(status, responseHeaders(headers));
      if (refusal !== null) controller.abort(refusal);
      else if (conclude === null) writeHead();
      else {
        controller.pause();
        gate = conclude(status).then(writeHead);
        gate.then(
          () => {
            gate = null;
            controller.resume();
          },
          (error: unknown) => {
            const failure = new PassThroughError('notConcluded', true, error);
            controller.abort(failure);
            ends.failed(failure);
          },
        );
      }
    },
    onResponseData: (controller, chunk) => {
      afterGate(() => {
        if (response.write(chunk)) return;
        controller.pause();
        response.once('drain', () => controller.resume());
      });
    },
    onResponseEnd: () => {
      afterGate(() => {
        response.end();
        ends.done(answered);
      });
    },
    onResponseError: (_controller, error) => {
      ends.failed(error);
    },
  } satisfies Dispatcher.DispatchHandler;
}

/** Answers that are about the relay's own sign-in, or lead away from the environment, are not the caller's to see. */
function refusalOf(status: number): PassThroughError | null {
  if (status === 401) return new PassThroughError('unauthorized', false);
  if (status >= 300 && status < 400 && status !== 304) return new PassThroughError('redirected', false);
  return null;
}

function toFailure(error: unknown, wasSent: boolean): Error {
  if (error instanceof PassThroughError || error instanceof RelayError) return error;
  return new PassThroughError('unreachable', wasSent, error);
}
