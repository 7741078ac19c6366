import { beforeAll, describe, expect, it } from '@jest/globals';
import { generate } from 'selfsigned';
import { listPairings, pair, removeCertificate, unpair } from './pairing.ts';
import { aCertificateStore, aSigningOrg, type SigningOrg } from './signing-org.test-support.ts';

const ORG = '00D000000000062EAA';
const OTHER_ORG = '00D000000000063EAA';
const clock = () => new Date('2026-11-23T10:00:00Z');

let first: SigningOrg;
let second: SigningOrg;
let third: SigningOrg;

beforeAll(async () => {
  [first, second, third] = await Promise.all([aSigningOrg(ORG), aSigningOrg(ORG), aSigningOrg(ORG)]);
});

function anOrg(id = ORG) {
  return { organization: async () => ({ id, name: 'Contoso', isSandbox: false }) };
}

function refusal(message: RegExp) {
  return { code: 'PAIRING_REFUSED', message: expect.stringMatching(message) as unknown as string };
}

describe('pair', () => {
  it('pins the certificate under the long id, with the name that the org gives itself', async () => {
    const store = aCertificateStore();

    await pair({
      org: ORG.slice(0, 15),
      certificatePem: first.certificatePem,
      kid: 'k1',
      salesforce: anOrg(),
      store,
      clock,
    });

    expect(await listPairings({ store })).toEqual([
      {
        org: ORG,
        name: 'Contoso',
        pairedAt: '2026-11-23T10:00:00.000Z',
        certificates: [{ thumbprint: first.pinned().thumbprint, kid: 'k1', notAfter: '2027-01-01T00:00:00.000Z' }],
      },
    ]);
  });

  it('changes nothing the second time', async () => {
    const store = aCertificateStore();
    const request = { org: ORG, certificatePem: first.certificatePem, salesforce: anOrg(), store, clock };
    await pair(request);

    await pair(request);

    expect(await store.certificates()).toHaveLength(1);
  });

  it('refuses an org that the own session does not lead to', async () => {
    const store = aCertificateStore();

    const pairing = pair({
      org: ORG,
      certificatePem: first.certificatePem,
      salesforce: anOrg(OTHER_ORG),
      store,
      clock,
    });

    await expect(pairing).rejects.toMatchObject(refusal(/leads to organization 00D000000000063EAA/));
    expect(await store.certificates()).toEqual([]);
  });

  it('takes a second certificate for rotation and refuses a third until one is removed', async () => {
    const store = aCertificateStore([first.pinned(), second.pinned()]);
    const request = { org: ORG, certificatePem: third.certificatePem, salesforce: anOrg(), store, clock };
    await expect(pair(request)).rejects.toMatchObject(refusal(/Remove the old one/));

    await removeCertificate({ org: ORG, thumbprint: first.pinned().thumbprint.toUpperCase(), store });

    await expect(pair(request)).resolves.toMatchObject({ org: ORG });
  });

  it('refuses the certificate of another org', async () => {
    const store = aCertificateStore([first.pinned()]);

    const pairing = pair({
      org: OTHER_ORG,
      certificatePem: first.certificatePem,
      salesforce: anOrg(OTHER_ORG),
      store,
      clock,
    });

    await expect(pairing).rejects.toMatchObject(refusal(/pinned to another organization/));
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    [
      'a key that is too short',
      async () => (await aSigningOrg(ORG, { keySize: 1024 })).certificatePem,
      /at least 2048/,
    ],
    [
      'an elliptic curve key',
      async () => (await generate(undefined, { keyType: 'ec', algorithm: 'sha256' })).cert,
      /must be RSA/,
    ],
    [
      'a certificate that has ended',
      async () => (await aSigningOrg(ORG, { notAfter: new Date('2026-02-01') })).certificatePem,
      /ended/,
    ],
    [
      'a certificate of the future',
      async () => (await aSigningOrg(ORG, { notBefore: new Date('2026-12-01') })).certificatePem,
      /not valid before/,
    ],
    ['a private key', async () => first.privateKeyPem, /private key/],
    ['something else', async () => 'certificate', /not an X.509/],
  ])('refuses %s', async (_what, certificatePem, message) => {
    const store = aCertificateStore();

    const pairing = pair({ org: ORG, certificatePem: await certificatePem(), salesforce: anOrg(), store, clock });

    await expect(pairing).rejects.toMatchObject(refusal(message));
  });

  it.each(['001A0000006Vm9uIAC', 'contoso', ''])('refuses %p as an organization', async (org) => {
    const pairing = pair({
      org,
      certificatePem: first.certificatePem,
      salesforce: anOrg(),
      store: aCertificateStore(),
      clock,
    });

    await expect(pairing).rejects.toMatchObject(refusal(/no organization id/));
  });
});

describe('unpair', () => {
  it('forgets the org with all its certificates', async () => {
    const store = aCertificateStore([first.pinned(), second.pinned()]);

    await unpair({ org: ORG, store });

    expect(await listPairings({ store })).toEqual([]);
    expect(await store.certificates()).toEqual([]);
  });

  it('says so where the org was not paired', async () => {
    await expect(unpair({ org: ORG, store: aCertificateStore() })).rejects.toMatchObject(refusal(/not paired/));
  });
});

describe('removeCertificate', () => {
  it('keeps the last certificate of an org', async () => {
    const store = aCertificateStore([first.pinned()]);

    const removal = removeCertificate({ org: ORG, thumbprint: first.pinned().thumbprint, store });

    await expect(removal).rejects.toMatchObject(refusal(/only certificate/));
  });

  it('refuses a certificate that the org does not have', async () => {
    const store = aCertificateStore([first.pinned(), second.pinned()]);

    const removal = removeCertificate({ org: ORG, thumbprint: third.pinned().thumbprint, store });

    await expect(removal).rejects.toMatchObject(refusal(/has no certificate/));
  });
});
