/** Who calls: the org that the token proves, and the user it names if any. */
export type Caller = { readonly org: string; readonly userId: string | null };

/** Verifies a caller's bearer token; throws RelayError TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REPLAYED or ORG_MISMATCH. */
export type CallerVerifier = {
  /** `once`: the token's jti, if it has one, is accepted a single time (routes that are not idempotent). */
  verify(authorization: string | undefined, options: { readonly once: boolean }): Promise<Caller>;
  /** Reads the pinned certificates again, after a pairing. */
  reload(): Promise<void>;
};

/** Access tokens for Dynamics, one per connection, shared by all who wait and renewed ahead of expiry. */
export type DynamicsTokens = {
  /** Throws RelayError CREDENTIAL_REFUSED or DYNAMICS_UNAVAILABLE. */
  token(connection: string): Promise<string>;
  /** Forgets a token that Dynamics refused. */
  invalidate(connection: string, token: string): void;
};
