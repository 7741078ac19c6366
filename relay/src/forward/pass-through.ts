import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { RelayError } from '../errors.ts';
import { addResponseHeaders } from './forward-headers.ts';

/** One request to Dynamics. `headers` are names and values in turn; `body` streams; null where there is none. */
export type UpstreamRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers: string[];
  readonly body: IncomingMessage | null;
};

/** Where an answer goes: to whom, below which headers of our own (names and values in turn), and what comes first. */
export type Passing = {
  readonly response: ServerResponse;
  readonly head: readonly string[];
  /** Awaited between the head of an answer and its passing on; null where nothing is to be done. */
  readonly conclude: ((status: number) => Promise<void>) | null;
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

/**
 * Streams a request to Dynamics and its answer back, both at the pace of the slower side, neither held nor looked into.
 * Where `conclude` throws, nothing is passed on. Throws PassThroughError.
 */
export function passThrough(
  dispatcher: Dispatcher,
  upstream: UpstreamRequest,
  passing: Passing,
): Promise<{ readonly status: number }> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(upstream, new Passage(passing, { resolve, reject }));
  });
}

/** How much may wait for a slow caller. Holding Dynamics back costs more than passing a piece on, so not for each of them. */
const WAITING_BYTES = 131_072;
/** What node still joins with the head to one write; larger pieces are not worth a copy. */
const ONE_WRITE_BYTES = 16_384;

type Ends = {
  readonly resolve: (answer: { readonly status: number }) => void;
  readonly reject: (error: Error) => void;
};

/** One answer on its way. A class, because what undici calls back must cost one object and not nine closures for every request. */
class Passage implements Dispatcher.DispatchHandler {
  readonly #passing: Passing;
  readonly #ends: Ends;
  #controller: Dispatcher.DispatchController | null = null;
  #answered = 0;
  /** The announced length of the answer, where it is announced. */
  #length = Number.NaN;
  #isDrainAwaited = false;
  #isOver = false;
  /** While the conclusion is under way. A connection that Dynamics closes meanwhile delivers its rest in spite of the pause. */
  #gate: Promise<void> | null = null;
  constructor(passing: Passing, ends: Ends) {
    this.#passing = passing;
    this.#ends = ends;
    passing.response.on('close', () => this.#leave());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#passing.response.destroyed) this.#leave();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#answered = status;
    const refusal = refusalOf(status);
    const { conclude } = this.#passing;
    if (refusal !== null) controller.abort(refusal);
    else if (conclude === null) this.#writeHead(status, headers);
    else {
      controller.pause();
      this.#gate = conclude(status).then(() => this.#writeHead(status, headers));
      this.#gate.then(
        () => {
          this.#gate = null;
          controller.resume();
        },
        (error: unknown) => {
          const failure = new PassThroughError('notConcluded', true, error);
          controller.abort(failure);
          this.#fail(failure);
        },
      );
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#gate === null) this.#write(chunk);
    else
      this.#gate.then(
        () => this.#write(chunk),
        () => undefined,
      );
  }

  onResponseEnd(): void {
    if (this.#gate === null) this.#end();
    else
      this.#gate.then(
        () => this.#end(),
        () => undefined,
      );
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  #leave(): void {
    if (this.#isOver || this.#passing.response.writableFinished) return;
    this.#controller?.abort(new PassThroughError('callerGone', true));
  }

  #writeHead(status: number, headers: IncomingHttpHeaders): void {
    const { head, response } = this.#passing;
    this.#length = Number(headers['content-length']);
    response.writeHead(status, addResponseHeaders([...head], headers));
  }

  #write(chunk: Buffer): void {
    const { response } = this.#passing;
    if (chunk.length === this.#length && chunk.length <= ONE_WRITE_BYTES) {
      // The whole body at once, byte for byte: node sends a text together with the head, a Buffer apart from it.
      response.end(chunk.toString('latin1'), 'latin1');
      return;
    }
    if (response.write(chunk) || response.writableLength < WAITING_BYTES) return;
    this.#controller?.pause();
    if (this.#isDrainAwaited) return;
    this.#isDrainAwaited = true;
    response.on('drain', () => this.#controller?.resume());
  }

  #end(): void {
    const { response } = this.#passing;
    if (!response.writableEnded) response.end();
    this.#isOver = true;
    this.#ends.resolve({ status: this.#answered });
  }

  #fail(error: unknown): void {
    this.#isOver = true;
    this.#ends.reject(toFailure(error, this.#controller !== null));
  }
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
