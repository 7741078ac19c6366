/** A refusal in the words and numbers of the real token endpoint, so that clients are tested on what they will meet. */
export type TokenRefusal = { status: number; error: string; code: number; description: string };

export const refusals = {
  unknownApp: (clientId: string, tenant: string): TokenRefusal => ({
    status: 400,
    error: 'unauthorized_client',
    code: 700016,
    description: `Application with identifier '${clientId}' was not found in the directory '${tenant}'.`,
  }),
  unknownTenant: (tenant: string): TokenRefusal => ({
    status: 400,
    error: 'invalid_request',
    code: 90002,
    description: `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
  }),
  wrongSecret: (clientId: string): TokenRefusal => ({
    status: 401,
    error: 'invalid_client',
    code: 7000215,
    description: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
  }),
  missingCredential: (): TokenRefusal => ({
    status: 401,
    error: 'invalid_client',
    code: 7000218,
    description: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  }),
  badAssertion: (reason: string): TokenRefusal => ({
    status: 401,
    error: 'invalid_client',
    code: 700027,
    description: `The certificate with identifier used to sign the client assertion is not registered on application, or the assertion is not valid. [Reason - ${reason}]`,
  }),
  invalidScope: (scope: string): TokenRefusal => ({
    status: 400,
    error: 'invalid_scope',
    code: 70011,
    description: `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
  }),
  unsupportedGrant: (grant: string): TokenRefusal => ({
    status: 400,
    error: 'unsupported_grant_type',
    code: 70003,
    description: `The app requested an unsupported grant type '${grant}'.`,
  }),
} as const;

/** The error document of the token endpoint. */
export function refusalBody(refusal: TokenRefusal, now: Date): Record<string, unknown> {
  return {
    error: refusal.error,
    error_description: `AADSTS${refusal.code}: ${refusal.description}`,
    error_codes: [refusal.code],
    timestamp: now.toISOString().replace('T', ' ').slice(0, 19) + 'Z',
    trace_id: '00000000-0000-0000-0000-000000000000',
    correlation_id: '00000000-0000-0000-0000-000000000000',
    error_uri: `https://login.microsoftonline.com/error?code=${refusal.code}`,
  };
}
