import { createHmac, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RelayError } from '../errors.ts';
import { createCallerVerifier, type RememberToken, type CallerAlarm } from './caller-verifier.ts';
import { aBearer, aCertificateStore, aSigningOrg, type SigningOrg } from './signing-org.test-support.ts';

const ORG = '00D000000000062EAA';
const OTHER_ORG = '00D000000000063EAA';
const NOW = new Date('2026-11-23T10:00:00Z');
const SECONDS = NOW.getTime() / 1000;

let own: SigningOrg;
let successor: SigningOrg;
let foreign: SigningOrg;

beforeAll(async () => {
  [own, successor, foreign] = await Promise.all([aSigningOrg(ORG), aSigningOrg(ORG), aSigningOrg(OTHER_ORG)]);
});

function aVerifier(store = aCertificateStore([own.pinned()])) {
  const time = { now: NOW };
  const alarms: CallerAlarm[] = [];
  const verifier = createCallerVerifier({
    store,
    audience: 'https://relay.example.com',
    clock: () => time.now,
    onAlarm: (alarm) => alarms.push(alarm),
    rememberToken: rememberOnce(),
  });
  return { verifier, alarms, store, time };
}

async function refusal(promise: Promise<unknown>): Promise<RelayError> {
  return promise.then(
    () => Promise.reject(new Error('the token was accepted')),
    (error: unknown) => error as RelayError,
  );
}

function withHeader(bearer: string, header: object, signature: (signed: string) => string): string {
  const payload = bearer.split('.')[1];
  const signed = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}`;
  return `Bearer ${signed}.${signature(signed)}`;
}

describe('a good token', () => {
  it.each(['RS256', 'RS512'])('names its org when signed with %s', async (alg) => {
    const { verifier } = aVerifier();

    const caller = await verifier.verify(await aBearer(own, NOW, { header: { alg } }), { once: false });

    expect(caller).toEqual({ org: ORG, userId: null });
  });

  it('names the user whose id it carries, in the long form', async () => {
    const { verifier } = aVerifier();

    const caller = await verifier.verify(await aBearer(own, NOW, { claims: { sub: '005A0000006Vm9u' } }), {
      once: false,
    });

    expect(caller.userId).toBe('005A0000006Vm9uIAC');
  });

  it('names no user where the subject is something else', async () => {
    const { verifier } = aVerifier();

    const caller = await verifier.verify(await aBearer(own, NOW, { claims: { sub: 'rep@example.com' } }), {
      once: false,
    });

    expect(caller.userId).toBeNull();
  });

  it('may name its organization with 15 characters', async () => {
    const { verifier, alarms } = aVerifier();

    const caller = await verifier.verify(await aBearer(own, NOW, { claims: { iss: ORG.slice(0, 15) } }), {
      once: false,
    });

    expect(caller.org).toBe(ORG);
    expect(alarms).toEqual([]);
  });

  it('is accepted within the skew of the clocks', async () => {
    const { verifier } = aVerifier();
    const claims = { iat: SECONDS + 50, nbf: SECONDS + 50, exp: SECONDS + 170 };

    await expect(verifier.verify(await aBearer(own, NOW, { claims }), { once: false })).resolves.toBeDefined();
  });
});

describe('a bad token', () => {
  it.each([undefined, ''])('is missing when the header is %p', async (header) => {
    const { verifier } = aVerifier();

    expect((await refusal(verifier.verify(header, { once: false }))).code).toBe('TOKEN_MISSING');
  });

  it.each([
    'Bearer',
    'Basic dXNlcjpwYXNz',
    'Bearer a.b',
    'Bearer a.b.c',
    'Bearer a.b.c d',
    `Bearer ${'a'.repeat(9000)}.b.c`,
  ])('is refused when it is no JWT: %p', async (header) => {
    const { verifier } = aVerifier();

    expect((await refusal(verifier.verify(header, { once: false }))).code).toBe('TOKEN_INVALID');
  });

  it('is refused with alg none', async () => {
    const { verifier } = aVerifier();
    const unsigned = withHeader(await aBearer(own, NOW), { alg: 'none' }, () => '');

    expect((await refusal(verifier.verify(unsigned, { once: false }))).code).toBe('TOKEN_INVALID');
  });

  it('is refused when it is signed by HS256 with the public key as the secret', async () => {
    const { verifier } = aVerifier();
    const publicKey = new X509Certificate(own.certificatePem).publicKey.export({ type: 'spki', format: 'pem' });
    const confused = withHeader(await aBearer(own, NOW), { alg: 'HS256' }, (signed) =>
      createHmac('sha256', publicKey).update(signed).digest('base64url'),
    );

    expect((await refusal(verifier.verify(confused, { once: false }))).code).toBe('TOKEN_INVALID');
  });

  it.each(['PS256', 'RS384'])('is refused with %s, although the key is right', async (alg) => {
    const { verifier } = aVerifier();

    const error = await refusal(verifier.verify(await aBearer(own, NOW, { header: { alg } }), { once: false }));

    expect(error.code).toBe('TOKEN_INVALID');
  });

  it('is refused when the payload was changed after signing', async () => {
    const { verifier } = aVerifier();
    const [header, , signature] = (await aBearer(own, NOW)).split('.');
    const payload = (await aBearer(own, NOW, { claims: { sub: '005A0000006Vm9u' } })).split('.')[1];

    const error = await refusal(verifier.verify(`${header}.${payload}.${signature}`, { once: false }));

    expect(error.code).toBe('TOKEN_INVALID');
  });

  it('is expired after its end and the skew', async () => {
    const { verifier } = aVerifier();
    const claims = { iat: SECONDS - 300, nbf: SECONDS - 300, exp: SECONDS - 61 };

    expect((await refusal(verifier.verify(await aBearer(own, NOW, { claims }), { once: false }))).code).toBe(
      'TOKEN_EXPIRED',
    );
  });

  it.each<[string, Record<string, unknown>]>([
    ['another audience', { aud: 'https://other.example.com' }],
    ['the audience with a slash', { aud: 'https://relay.example.com/' }],
    ['several audiences', { aud: ['https://relay.example.com', 'https://other.example.com'] }],
    ['no audience', { aud: undefined }],
    ['no end', { exp: undefined }],
    ['no issuer', { iss: undefined }],
    ['an issuer that is no organization', { iss: 'https://login.salesforce.com' }],
    ['an end too far away', { exp: SECONDS + 3600 }],
    ['a life too long, though its end is near', { iat: SECONDS - 400, exp: SECONDS + 100 }],
    ['a start in the future', { nbf: SECONDS + 200, exp: SECONDS + 290 }],
    ['an issue date in the future', { iat: SECONDS + 200, nbf: SECONDS, exp: SECONDS + 290 }],
  ])('is refused with %s', async (_what, claims) => {
    const { verifier } = aVerifier();

    expect((await refusal(verifier.verify(await aBearer(own, NOW, { claims }), { once: false }))).code).toBe(
      'TOKEN_INVALID',
    );
  });

  it('is refused when its certificate has ended', async () => {
    const ended = await aSigningOrg(ORG, { notAfter: new Date('2026-11-22T00:00:00Z') });
    const { verifier } = aVerifier(aCertificateStore([ended.pinned()]));

    const error = await refusal(verifier.verify(await aBearer(ended, NOW), { once: false }));

    expect(error.code).toBe('TOKEN_INVALID');
    expect(error.message).toMatch(/expired/);
  });
});

describe('a foreign org', () => {
  it('is refused with the same words whether or not the organization it names is known here', async () => {
    const { verifier } = aVerifier();

    const known = await refusal(
      verifier.verify(await aBearer(foreign, NOW, { claims: { iss: ORG } }), { once: false }),
    );
    const unknown = await refusal(verifier.verify(await aBearer(foreign, NOW), { once: false }));

    expect(known.code).toBe('TOKEN_INVALID');
    expect(known.message).toBe(unknown.message);
  });

  it('raises the alarm when it signs with the pinned key of another', async () => {
    const { verifier, alarms } = aVerifier();

    const error = await refusal(
      verifier.verify(await aBearer(own, NOW, { claims: { iss: OTHER_ORG } }), { once: false }),
    );

    expect(error.code).toBe('ORG_MISMATCH');
    expect(alarms).toEqual([{ org: ORG, claimedOrg: OTHER_ORG, thumbprint: own.pinned().thumbprint }]);
    expect(error.message).not.toContain(ORG);
  });

  it('raises the alarm also where the token has expired or is meant for another relay', async () => {
    const { verifier, alarms } = aVerifier();
    const claims = { iss: OTHER_ORG, aud: 'https://other.example.com', exp: SECONDS - 600 };

    const error = await refusal(verifier.verify(await aBearer(own, NOW, { claims }), { once: false }));

    expect(error.code).toBe('ORG_MISMATCH');
    expect(alarms).toHaveLength(1);
  });
});

describe('choice of the certificate', () => {
  it('accepts both certificates of an org during rotation, by kid', async () => {
    const { verifier } = aVerifier(aCertificateStore([own.pinned('old'), successor.pinned('new')]));

    for (const [signer, kid] of [
      [own, 'old'],
      [successor, 'new'],
    ] as const) {
      await expect(
        verifier.verify(await aBearer(signer, NOW, { header: { kid } }), { once: false }),
      ).resolves.toBeDefined();
    }
  });

  it('tries all pinned certificates for a token without kid', async () => {
    const { verifier } = aVerifier(
      aCertificateStore([foreign.pinned('f'), own.pinned('old'), successor.pinned('new')]),
    );

    const caller = await verifier.verify(await aBearer(successor, NOW), { once: false });

    expect(caller.org).toBe(ORG);
  });

  it('tries the certificates that were pinned without a kid for one that is not recorded', async () => {
    const { verifier } = aVerifier(aCertificateStore([foreign.pinned('f'), own.pinned()]));

    await expect(
      verifier.verify(await aBearer(own, NOW, { header: { kid: 'Causeway_2026' } }), { once: false }),
    ).resolves.toBeDefined();
  });

  it('refuses an unknown kid where every certificate is recorded with its own', async () => {
    const { verifier } = aVerifier(aCertificateStore([own.pinned('old')]));

    const error = await refusal(verifier.verify(await aBearer(own, NOW, { header: { kid: 'new' } }), { once: false }));

    expect(error.code).toBe('TOKEN_INVALID');
  });

  it('refuses a token whose kid names the certificate of another org', async () => {
    const { verifier } = aVerifier(aCertificateStore([own.pinned('old'), foreign.pinned('f')]));

    const error = await refusal(verifier.verify(await aBearer(own, NOW, { header: { kid: 'f' } }), { once: false }));

    expect(error.code).toBe('TOKEN_INVALID');
  });
});

describe('pairing in another process', () => {
  it('takes effect with the next call of the new org', async () => {
    const { verifier, store, time } = aVerifier();
    await verifier.verify(await aBearer(own, NOW), { once: false });
    await store.pairOrg(OTHER_ORG, 'Other', foreign.pinned());
    time.now = new Date(NOW.getTime() + 2_000);

    const caller = await verifier.verify(await aBearer(foreign, NOW), { once: false });

    expect(caller.org).toBe(OTHER_ORG);
  });

  it('ends the calls of an unpaired org within 30 seconds, tokens that were accepted before included', async () => {
    const { verifier, store, time } = aVerifier();
    const bearer = await aBearer(own, NOW);
    await verifier.verify(bearer, { once: false });
    await store.unpairOrg(ORG);
    time.now = new Date(NOW.getTime() + 30_000);

    expect((await refusal(verifier.verify(bearer, { once: false }))).code).toBe('TOKEN_INVALID');
  });

  it('ends the calls of an unpaired org at once after a reload', async () => {
    const { verifier, store } = aVerifier();
    const bearer = await aBearer(own, NOW);
    await verifier.verify(bearer, { once: false });
    await store.unpairOrg(ORG);

    await verifier.reload();

    expect((await refusal(verifier.verify(bearer, { once: false }))).code).toBe('TOKEN_INVALID');
  });

  it('does not let strangers read the database with each call', async () => {
    const { verifier, store } = aVerifier();

    for (let call = 0; call < 5; call += 1) {
      await refusal(verifier.verify(await aBearer(foreign, NOW, { claims: { sub: String(call) } }), { once: false }));
    }

    expect(store.reads).toBe(1);
  });
});

describe('a token that was accepted before', () => {
  const SECOND_MS = 1_000;

  it('is refused once it has ended, though it is remembered', async () => {
    const { verifier, time } = aVerifier();
    const bearer = await aBearer(own, NOW);
    await verifier.verify(bearer, { once: false });
    time.now = new Date(NOW.getTime() + (120 + 60) * SECOND_MS);

    expect((await refusal(verifier.verify(bearer, { once: false }))).code).toBe('TOKEN_EXPIRED');
  });

  it('is not remembered where its org was unpaired while it was being judged', async () => {
    const { verifier, store } = aVerifier();
    await verifier.verify(await aBearer(own, NOW), { once: false });
    const bearer = await aBearer(own, NOW, { claims: { sub: '005A0000006Vm9u' } });
    await store.unpairOrg(ORG);

    // The first look at the certificates is over when the reload begins.
    await Promise.allSettled([verifier.verify(bearer, { once: false }), verifier.reload()]);

    expect((await refusal(verifier.verify(bearer, { once: false }))).code).toBe('TOKEN_INVALID');
  });

  it('is known by all of its letters, and no part of it', async () => {
    const { verifier } = aVerifier();
    const bearer = await aBearer(own, NOW);
    await verifier.verify(bearer, { once: false });

    for (const other of [bearer.slice(0, -1), `${bearer}A`, bearer.slice(0, bearer.lastIndexOf('.') + 1)]) {
      expect((await refusal(verifier.verify(other, { once: false }))).code).toBe('TOKEN_INVALID');
    }
  });

  it('is remembered, but not for good where a thousand others come after it', async () => {
    // An answer out of memory is the same object; one that was judged anew is not.
    const { verifier } = aVerifier();
    const bearer = await aBearer(own, NOW, { claims: { sub: 'first' } });
    const judged = await verifier.verify(bearer, { once: false });
    const remembered = await verifier.verify(bearer, { once: false });
    for (let number = 0; number < 1_000; number += 1) {
      await verifier.verify(await aBearer(own, NOW, { claims: { sub: String(number) } }), { once: false });
    }

    const judgedAgain = await verifier.verify(bearer, { once: false });

    expect(remembered).toBe(judged);
    expect(judgedAgain).not.toBe(judged);
    expect(judgedAgain).toEqual(judged);
  }, 60_000);
});

describe('a token that may be used once', () => {
  it('is refused the second time', async () => {
    const { verifier } = aVerifier();
    const bearer = await aBearer(own, NOW, { claims: { jti: 'one' } });
    await verifier.verify(bearer, { once: true });

    expect((await refusal(verifier.verify(bearer, { once: true }))).code).toBe('TOKEN_REPLAYED');
  });

  it('may be repeated where the route is idempotent', async () => {
    const { verifier } = aVerifier();
    const bearer = await aBearer(own, NOW, { claims: { jti: 'one' } });

    await verifier.verify(bearer, { once: false });

    await expect(verifier.verify(bearer, { once: false })).resolves.toBeDefined();
  });

  it('may be repeated where the org gives it no jti', async () => {
    const { verifier } = aVerifier();
    const bearer = await aBearer(own, NOW);
    await verifier.verify(bearer, { once: true });

    await expect(verifier.verify(bearer, { once: true })).resolves.toBeDefined();
  });

  it('is not spent by a token of another org with the same jti', async () => {
    const { verifier } = aVerifier(aCertificateStore([own.pinned(), foreign.pinned()]));
    await verifier.verify(await aBearer(own, NOW, { claims: { jti: 'one' } }), { once: true });

    await expect(
      verifier.verify(await aBearer(foreign, NOW, { claims: { jti: 'one' } }), { once: true }),
    ).resolves.toBeDefined();
  });
});

/** What the store promises, for tokens that do not expire during a test. */
function rememberOnce(): RememberToken {
  const used = new Set<string>();
  return async (org, tokenId) => {
    const isFirst = !used.has(`${org}/${tokenId}`);
    used.add(`${org}/${tokenId}`);
    return isFirst;
  };
}
