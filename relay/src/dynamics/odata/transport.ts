import { type Dispatcher, Pool } from 'undici';

/** One HTTP request to the environment. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Where given, a successful body is handed over piece by piece and not kept. */
  readonly onChunk?: (chunk: Buffer) => void;
};

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** How an exchange ended: with an answer, or without one, and then whether the request may have arrived. */
export type Exchange =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Headers; readonly body: Buffer }
  | {
      readonly kind: 'lost';
      readonly wasSent: boolean;
      readonly reason: 'aborted' | 'timeout' | 'cut';
      readonly cause: unknown;
    };

/** Pooled keep-alive connections to one origin. It never retries, and knows exactly whether a request left. */
export type Transport = {
  exchange(request: HttpRequest, signal: AbortSignal): Promise<Exchange>;
  close(): Promise<void>;
};

/** Opens the pool; `timeoutMs` bounds the wait for headers and between pieces of a body. */
export function createTransport(options: {
  readonly origin: string;
  readonly connections: number;
  readonly timeoutMs: number;
}): Transport {
  const pool = new Pool(options.origin, {
    connections: options.connections,
    pipelining: 1,
    // One request per connection: a cut connection then loses one answer, not all of them.
    allowH2: false,
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
  });
  return {
    exchange: (request, signal) => new Promise((resolve) => dispatch(pool, request, { signal, resolve })),
    close: () => pool.close(),
  };
}

type Ending = { readonly signal: AbortSignal; readonly resolve: (exchange: Exchange) => void };

function dispatch(pool: Pool, request: HttpRequest, { signal, resolve }: Ending): void {
  const { onChunk, ...wanted } = request;
  const chunks: Buffer[] = [];
  let wasSent = false;
  let status = 0;
  let headers: Headers = {};
  let controller: Dispatcher.DispatchController | null = null;

  const onAbort = (): void => {
    if (controller === null) finish({ kind: 'lost', wasSent, reason: 'aborted', cause: signal.reason });
    else controller.abort(new DOMException('aborted', 'AbortError'));
  };
  const finish = (exchange: Exchange): void => {
    signal.removeEventListener('abort', onAbort);
    resolve(exchange);
  };
  if (signal.aborted) {
    onAbort();
    return;
  }
  signal.addEventListener('abort', onAbort, { once: true });

  pool.dispatch(wanted, {
    onRequestStart: (own) => {
      controller = own;
      if (signal.aborted) own.abort(new DOMException('aborted', 'AbortError'));
      else wasSent = true;
    },
    onResponseStart: (_controller, statusCode, responseHeaders) => {
      status = statusCode;
      headers = responseHeaders;
    },
    onResponseData: (_controller, chunk) => {
      if (onChunk !== undefined && status === 200) onChunk(chunk);
      else chunks.push(chunk);
    },
    onResponseEnd: () => finish({ kind: 'answered', status, headers, body: Buffer.concat(chunks) }),
    onResponseError: (_controller, cause) =>
      finish({ kind: 'lost', wasSent, reason: signal.aborted ? 'aborted' : reasonOf(cause), cause }),
  });
}

function reasonOf(cause: Error): 'timeout' | 'cut' {
  return 'code' in cause && String(cause.code).endsWith('_TIMEOUT') ? 'timeout' : 'cut';
}
