import type { Caller } from '../identity/identity.ts';

/** One request as a route's handler sees it: nothing of Express, so that handlers can be read and tested alone. */
export type RouteCall = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly correlationId: string;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
  /** Reads the body; throws RelayError BODY_TOO_LARGE or REQUEST_MALFORMED. */
  readonly readBody: (limitBytes: number) => Promise<string>;
};

/** A success. Failures are thrown as RelayError. */
export type Reply = {
  readonly status: number;
  readonly body: object | string;
  readonly contentType?: string;
};

/** One route. Access is stated, not inherited: `open` ones ask for no token, `operator` ones are for who runs the relay. */
export type Route = { readonly method: 'GET' | 'POST'; readonly path: string } & (
  | { readonly access: 'open' | 'operator'; readonly handle: (call: RouteCall) => Promise<Reply> }
  | {
      readonly access: 'caller';
      /** The token is accepted a single time: for what must not be repeated by whoever overheard it. */
      readonly once: boolean;
      readonly handle: (call: RouteCall & { readonly caller: Caller }) => Promise<Reply>;
    }
);

/** Who acts, for the audit: the user that the token names, else the org as such. */
export function actorOf(caller: Caller): string {
  return caller.userId === null ? `org:${caller.org}` : `user:${caller.userId}`;
}
