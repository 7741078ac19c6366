import { SignJWT, importPKCS8 } from 'jose';
import { generate } from 'selfsigned';

/** A certificate with its private key, as an org keeps one: the key never leaves whoever made it. */
export type KeyPair = { readonly certificatePem: string; readonly privateKeyPem: string };

/** Makes a self-signed certificate of 2048 bits, valid for a year. */
export async function makeKeyPair(name: string): Promise<KeyPair> {
  const made = await generate([{ name: 'commonName', value: name }], { keySize: 2048, algorithm: 'sha256' });
  return { certificatePem: made.cert, privateKeyPem: made.private };
}

/** The token that an org's external credential sends (protocol JWT): good for two minutes, for one relay. */
export async function signOrgToken(
  key: KeyPair,
  claims: { readonly org: string; readonly audience: string; readonly userId: string; readonly expiresAt?: string },
): Promise<string> {
  return new SignJWT({ sub: claims.userId })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(claims.org)
    .setAudience(claims.audience)
    .setIssuedAt()
    .setJti(crypto.randomUUID())
    .setExpirationTime(claims.expiresAt ?? '2m')
    .sign(await importPKCS8(key.privateKeyPem, 'RS256'));
}
