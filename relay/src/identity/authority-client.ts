import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { request, type Dispatcher } from 'undici';
import { RelayError } from '../errors.ts';

const ANSWER_TIMEOUT_MS = 20_000;
const DEFAULT_PAUSE_MS = 60_000;

/** msal's way to the network; `takeFailure` tells once why a request had no usable answer. */
export type AuthorityClient = INetworkModule & { takeFailure(): RelayError | null };

/**
 * Sends msal's requests with undici. An authority that is away or asks for a pause is told here and not by msal, whose own
 * throttle hides the status and the time. `endpoint` replaces scheme and host, so that a local authority serves the same configuration.
 */
export function createAuthorityClient(deps: {
  readonly connection: string;
  readonly endpoint: URL | null;
  readonly http: Dispatcher | undefined;
}): AuthorityClient {
  let failure: RelayError | null = null;

  async function send<T>(
    method: 'GET' | 'POST',
    url: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> {
    try {
      const response = await exchange<T>(deps, method, url, options);
      if (response.status === 429 || response.status >= 500) {
        throw unavailable(
          deps.connection,
          `answered ${response.status}`,
          retryAfterMs(response.headers['retry-after']),
        );
      }
      return response;
    } catch (error) {
      failure = error instanceof RelayError ? error : unavailable(deps.connection, 'could not be reached', null, error);
      throw failure;
    }
  }

  return {
    sendGetRequestAsync: async <T>(url: string, options?: NetworkRequestOptions) => send<T>('GET', url, options),
    sendPostRequestAsync: async <T>(url: string, options?: NetworkRequestOptions) => send<T>('POST', url, options),
    takeFailure: () => {
      const taken = failure;
      failure = null;
      return taken;
    },
  };
}

async function exchange<T>(
  deps: { readonly connection: string; readonly endpoint: URL | null; readonly http: Dispatcher | undefined },
  method: 'GET' | 'POST',
  url: string,
  options?: NetworkRequestOptions,
): Promise<NetworkResponse<T>> {
  const response = await request(redirected(url, deps.endpoint), {
    method,
    headers: options?.headers ?? {},
    body: options?.body ?? null,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    ...(deps.http === undefined ? {} : { dispatcher: deps.http }),
  });
  const text = await response.body.text();
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  return { status: response.statusCode, headers, body: bodyOf(deps.connection, response.statusCode, text) as T };
}

// A proxy's error page is no answer of the authority's: only its status counts.
function bodyOf(connection: string, status: number, text: string): unknown {
  if (status === 429 || status >= 500) return {};
  try {
    return JSON.parse(text);
  } catch {
    // The parser's error quotes the text, which may hold a token.
    throw unavailable(connection, 'answered with something that is not JSON', null);
  }
}

function redirected(url: string, endpoint: URL | null): URL {
  const target = new URL(url);
  if (endpoint === null) return target;
  return new URL(target.pathname + target.search, endpoint);
}

function retryAfterMs(header: string | undefined): number {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : DEFAULT_PAUSE_MS;
}

function unavailable(connection: string, what: string, retryMs: number | null, cause?: unknown): RelayError {
  return new RelayError(
    'DYNAMICS_UNAVAILABLE',
    `The sign-in service of connection "${connection}" ${what}. It is tried again.`,
    { ...(retryMs === null ? {} : { retryAfterMs: retryMs }), ...(cause === undefined ? {} : { cause }) },
  );
}
