import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { type Environment } from './environment.ts';
import { Refusal } from './refusals.ts';

/** Who a verified token speaks for. */
export type Identity = { clientId: string };

/** Checks bearer tokens of the local authority for one environment. */
export type Authentication = {
  verify(authorization: string | undefined, now: Date): Promise<Identity>;
  /** Whether this token was accepted before: only such a one can have expired since. */
  isInUse(authorization: string | undefined): boolean;
};

type OpenIdConfiguration = { issuer: string; jwks_uri: string };

function unauthorized(authority: string, reason: string): Refusal {
  return new Refusal(401, 'Authorization has been denied for this request.', {
    inner: reason,
    type: 'System.UnauthorizedAccessException',
    headers: {
      'WWW-Authenticate': `Bearer authorization_uri="${authority}/oauth2/authorize", error="invalid_token", error_description="${reason}"`,
    },
  });
}

/** The refusal an expired token meets. */
export function expiredToken(authority: string): Refusal {
  return unauthorized(authority, 'The access token expired');
}

const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];

async function discover(authority: string): Promise<{ issuer: string; keys: JWTVerifyGetKey }> {
  const response = await fetch(`${authority}/v2.0/.well-known/openid-configuration`);
  if (!response.ok) throw new Error(`The authority ${authority} answered ${response.status} to openid-configuration.`);
  const configuration = (await response.json()) as OpenIdConfiguration;
  return { issuer: configuration.issuer, keys: createRemoteJWKSet(new URL(configuration.jwks_uri)) };
}

/** Learns the authority's keys and checks tokens against them; a token is verified once and then remembered until it expires. */
export async function createAuthentication(
  authority: string,
  audience: string,
  environment: Environment,
): Promise<Authentication> {
  const { issuer, keys } = await discover(authority);
  const known = new Map<string, { clientId: string; expiresAt: number }>();

  const verifySignature = async (token: string, now: Date): Promise<{ clientId: string; expiresAt: number }> => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: [audience, `${audience}/`],
        algorithms: ['RS256'],
        requiredClaims: ['exp', 'appid'],
        currentDate: now,
      });
      return { clientId: String(payload['appid']), expiresAt: (payload.exp ?? 0) * 1000 };
    } catch (error) {
      throw unauthorized(authority, error instanceof Error ? error.message.replaceAll('"', "'") : 'invalid token');
    }
  };

  return {
    isInUse: (authorization) => known.has(bearerOf(authorization) ?? ''),
    async verify(authorization, now) {
      const token = bearerOf(authorization);
      if (token === undefined) throw unauthorized(authority, 'No bearer token was sent');
      const remembered = known.get(token);
      const verified = remembered ?? (await verifySignature(token, now));
      if (verified.expiresAt <= now.getTime()) {
        known.delete(token);
        throw expiredToken(authority);
      }
      if (remembered === undefined) known.set(token, verified);
      if (environment.state.get('SysAADClients', verified.clientId) === undefined) {
        throw unauthorized(
          authority,
          `Client '${verified.clientId}' is not registered in Microsoft Entra ID applications`,
        );
      }
      return { clientId: verified.clientId };
    },
  };
}
