import { setMaxListeners } from 'node:events';
import { RelayError, toFault } from '../../errors.ts';
import type { DynamicsTokens } from '../../identity/identity.ts';
import type { Call } from '../connector.ts';
import {
  type Classify,
  type Failure,
  isThrottled,
  lostFailure,
  refusedFailure,
  retryAfterMs,
  throttledFault,
} from './faults.ts';
import { createThrottle, MAX_CONCURRENCY } from './throttle.ts';
import { createTransport, type Exchange, type Headers, type Transport } from './transport.ts';

/** One request to the environment; `path` is relative to the OData root. A repeatable one is sent again when its connection is cut. */
export type ODataRequest = {
  readonly kind: CallSample['kind'];
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly operations: number;
  readonly isRepeatable: boolean;
  readonly onChunk?: (chunk: Buffer) => void;
};

/** One HTTP exchange, for the metrics. */
export type CallSample = {
  readonly connection: string;
  readonly kind: 'metadata' | 'get' | 'batch';
  readonly operations: number;
  readonly milliseconds: number;
  readonly outcome: 'answered' | 'throttled' | 'refused' | 'lost';
};

/** What came back: an answer below 500 that is neither a refusal of us nor a request to wait, or the failure. */
export type Reply =
  | { readonly ok: true; readonly status: number; readonly headers: Headers; readonly body: Buffer }
  | ({ readonly ok: false } & Failure);

/** The one door to an environment: token, throttle, connections. It answers failures and throws only what the token source throws. */
export type ODataClient = {
  send(request: ODataRequest, call: Pick<Call, 'lane' | 'signal' | 'startBy'>): Promise<Reply>;
  /** A part of a batch was throttled: everybody waits. */
  backOff(retryAfterMs: number): void;
  close(): Promise<void>;
};

export type ODataClientOptions = {
  readonly connection: string;
  /** The OData root with trailing slash. */
  readonly root: URL;
  readonly tokens: DynamicsTokens;
  readonly clock: () => Date;
  readonly timeoutMs: number;
  readonly classify: Classify;
  readonly observe: (sample: CallSample) => void;
};

/** Opens the door to one environment. */
export function createODataClient(options: ODataClientOptions): ODataClient {
  const { connection, root, clock } = options;
  const transport = createTransport({
    origin: root.origin,
    connections: MAX_CONCURRENCY,
    timeoutMs: options.timeoutMs,
  });
  const throttle = createThrottle({ clock });
  const exchange = authenticated(options, transport);

  function judge(ended: Exchange): Reply {
    if (ended.kind === 'lost') return { ok: false, ...lostFailure(ended) };
    const { status, headers, body } = ended;
    if (status < 400 || (status < 500 && !REFUSALS.has(status))) return { ok: true, status, headers, body };
    const text = body.toString('utf8');
    if (!isThrottled(status, headers, text)) return { ok: false, ...refusedFailure(status, text, options.classify) };
    const waitMs = retryAfterMs(headers, clock());
    throttle.backOff(waitMs);
    return { ok: false, fault: throttledFault(waitMs), isUnknown: false };
  }

  async function observed(request: ODataRequest, signal: AbortSignal): Promise<Reply> {
    const { kind, operations } = request;
    const startedAt = performance.now();
    const ended = await exchange(request, signal);
    const reply = judge(ended);
    const milliseconds = performance.now() - startedAt;
    options.observe({ connection, kind, operations, milliseconds, outcome: outcomeOf(ended, reply) });
    return reply;
  }

  return {
    async send(request, call) {
      // One call may have many batches under way, each listening for its end.
      setMaxListeners(0, call.signal);
      try {
        const turn = call.startBy === undefined ? call.signal : AbortSignal.any([call.signal, call.startBy]);
        return await throttle.run(call.lane, turn, () => observed(request, call.signal));
      } catch (error) {
        // A call that could not be made, for want of a token say, is an answer too: beside it others may have been sent.
        if (error instanceof RelayError) return { ok: false, fault: toFault(error), isUnknown: false };
        throw error;
      }
    },
    backOff: (waitMs) => throttle.backOff(waitMs),
    async close() {
      throttle.close();
      await transport.close();
    },
  };
}

/** Exchanges with a token: a refused one is replaced once, a cut read is sent once more. */
function authenticated(
  { connection, root, tokens }: ODataClientOptions,
  transport: Transport,
): (request: ODataRequest, signal: AbortSignal) => Promise<Exchange> {
  async function attempt(request: ODataRequest, signal: AbortSignal): Promise<{ exchange: Exchange; token: string }> {
    const token = await tokens.token(connection);
    const { method, body, onChunk } = request;
    const headers = {
      accept: 'application/json;odata.metadata=minimal',
      ...request.headers,
      authorization: `Bearer ${token}`,
    };
    const path = root.pathname + request.path;
    const exchange = await transport.exchange(
      { method, path, headers, ...(body === undefined ? {} : { body }), ...(onChunk === undefined ? {} : { onChunk }) },
      signal,
    );
    return { exchange, token };
  }

  return async (request, signal) => {
    const first = await attempt(request, signal);
    if (first.exchange.kind === 'lost') {
      const mayRepeat = request.isRepeatable && first.exchange.reason === 'cut';
      return mayRepeat ? (await attempt(request, signal)).exchange : first.exchange;
    }
    if (first.exchange.status !== 401) return first.exchange;
    // 401 means "has not been applied" (RFC 9110, 15.5.2), so this is no second try, not even of a create.
    tokens.invalidate(connection, first.token);
    return (await attempt(request, signal)).exchange;
  };
}

const REFUSALS: ReadonlySet<number> = new Set([401, 403, 408, 429]);

function outcomeOf(exchange: Exchange, reply: Reply): CallSample['outcome'] {
  if (reply.ok) return 'answered';
  if (exchange.kind === 'lost') return 'lost';
  return reply.fault.code === 'DYNAMICS_THROTTLED' ? 'throttled' : 'refused';
}
