import { refuseAssertion } from './client-assertion.ts';
import { refusals, type TokenRefusal } from './errors.ts';

/** An application registered in a tenant, with the credentials it may use. */
export type EntraApp = { clientId: string; secret?: string; certificatePem?: string };

/** A directory with its registered applications. */
export type EntraTenant = { id: string; apps: EntraApp[] };

/** Everything a decision about one token request needs besides the form itself. */
export type TokenContext = {
  tenants: EntraTenant[];
  tenantId: string;
  tokenEndpoint: string;
  now: Date;
};

/** Either the resource the client may have a token for, or the refusal. */
export type TokenDecision = { granted: { clientId: string; resource: string } } | { refused: TokenRefusal };

async function refuseCredential(
  form: URLSearchParams,
  app: EntraApp,
  context: TokenContext,
): Promise<TokenRefusal | null> {
  const assertion = form.get('client_assertion');
  if (assertion !== null) {
    if (app.certificatePem === undefined) return refusals.badAssertion('No certificate is registered');
    return refuseAssertion(assertion, {
      clientId: app.clientId,
      certificatePem: app.certificatePem,
      tokenEndpoint: context.tokenEndpoint,
      tenant: context.tenantId,
      now: context.now,
    });
  }
  const secret = form.get('client_secret');
  if (secret === null) return refusals.missingCredential();
  return app.secret !== undefined && secret === app.secret ? null : refusals.wrongSecret(app.clientId);
}

/** Decides a client-credentials request exactly once; grants only `<resource>/.default` scopes. */
export async function decideToken(form: URLSearchParams, context: TokenContext): Promise<TokenDecision> {
  const tenant = context.tenants.find(({ id }) => id === context.tenantId);
  if (tenant === undefined) return { refused: refusals.unknownTenant(context.tenantId) };
  const grant = form.get('grant_type') ?? '';
  if (grant !== 'client_credentials') return { refused: refusals.unsupportedGrant(grant) };
  const clientId = form.get('client_id') ?? '';
  const app = tenant.apps.find((candidate) => candidate.clientId === clientId);
  if (app === undefined) return { refused: refusals.unknownApp(clientId, tenant.id) };
  const refused = await refuseCredential(form, app, context);
  if (refused !== null) return { refused };
  const resource = resourceOf(form.get('scope') ?? '');
  return resource === null
    ? { refused: refusals.invalidScope(form.get('scope') ?? '') }
    : { granted: { clientId, resource } };
}

// msal adds openid scopes to every request; only the one `/.default` scope names the resource.
function resourceOf(scope: string): string | null {
  const defaults = scope.split(' ').filter((part) => part.endsWith('/.default'));
  const only = defaults[0];
  return defaults.length === 1 && only !== undefined && only.length > '/.default'.length
    ? only.slice(0, -'/.default'.length).replace(/\/$/, '')
    : null;
}
