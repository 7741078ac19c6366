import { describe, expect, it } from '@jest/globals';
import { ORG, OTHER_ORG, aCommit, aLink, aUnit, store, useJournal } from '../../../test/support/journal-under-test.ts';

useJournal();

describe('orgs', () => {
  const certificate = (thumbprint: string, changes: { org?: string; notAfter?: string } = {}) => ({
    org: ORG,
    kid: null,
    thumbprint,
    certificatePem: 'PEM',
    notAfter: '2099-01-01T00:00:00.000Z',
    ...changes,
  });

  it('are paired once, however often the same pairing is made', async () => {
    await store.pairOrg(ORG, 'Contoso', certificate('t1'));
    await store.pairOrg(ORG, 'Contoso', certificate('t1'));

    expect(await store.pairedOrgs()).toMatchObject([{ org: ORG, name: 'Contoso' }]);
    expect(await store.certificates()).toEqual([certificate('t1')]);
  });

  it('have two certificates at most, of which an expired one makes room', async () => {
    await store.pairOrg(ORG, 'Contoso', certificate('t1'));
    await store.pairOrg(ORG, 'Contoso', certificate('t2', { notAfter: '2020-01-01T00:00:00.000Z' }));
    await store.pairOrg(ORG, 'Contoso', certificate('t3'));

    const third = store.pairOrg(ORG, 'Contoso', certificate('t4'));

    await expect(third).rejects.toMatchObject({ code: 'SETTINGS_INVALID', message: expect.stringContaining('t1, t3') });
    expect((await store.certificates()).map((found) => found.thumbprint)).toEqual(['t1', 't3']);
  });

  it('never share a certificate', async () => {
    await store.pairOrg(ORG, 'Contoso', certificate('t1'));

    const stolen = store.pairOrg(OTHER_ORG, 'Sandbox', certificate('t1', { org: OTHER_ORG }));

    await expect(stolen).rejects.toMatchObject({ code: 'ORG_MISMATCH' });
    expect(await store.pairedOrgs()).toHaveLength(1);
  });

  it('take certificates and configurations with them when they are unpaired, but not their links', async () => {
    await store.pairOrg(ORG, 'Contoso', certificate('t1'));
    await store.saveConfiguration(ORG, 'sha256:1', '{}');
    await store.commit(aCommit({ links: [aLink(aUnit('001'))] }));

    await store.unpairOrg(ORG);
    await store.unpairOrg(ORG);

    expect(await store.certificates()).toEqual([]);
    expect(await store.configuration(ORG, 'sha256:1')).toBeNull();
    expect(await store.linksOfUnits([aUnit('001')])).toHaveLength(1);
  });

  it('lose a certificate that is withdrawn', async () => {
    await store.pairOrg(ORG, 'Contoso', certificate('t1'));

    await store.removeCertificate(ORG, 't1');

    expect(await store.certificates()).toEqual([]);
  });

  it('know configurations of their own only', async () => {
    await store.saveConfiguration(ORG, 'sha256:1', '{"contract":1}');
    await store.saveConfiguration(ORG, 'sha256:1', '{"contract":1}');

    expect(await store.configuration(ORG, 'sha256:1')).toBe('{"contract":1}');
    expect(await store.configuration(OTHER_ORG, 'sha256:1')).toBeNull();
  });
});
