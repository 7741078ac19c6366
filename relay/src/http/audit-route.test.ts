import { describe, expect, it } from '@jest/globals';
import auditSchema from '../../../contracts/schemas/audit.v1.schema.json' with { type: 'json' };
import { compileSchema } from '../json-schema.ts';
import { ORG_A, ORG_B, start, useServers } from './server.test-support.ts';

useServers();

describe('GET /v1/audit', () => {
  it('answers a page of the caller’s org by the filters given, and where the next begins', async () => {
    const { call, audits } = await start();
    const filters = {
      unitKey: '001/Account_Customer/contoso/usmf',
      recordId: '001000000000001AAA',
      actor: 'user:005',
      rule: 'Ask',
      after: '2026-11-01T00:00:00Z',
      before: '2026-12-01T00:00:00.000Z',
      cursor: 'e9',
      limit: '2',
    };

    const page = await call(`/v1/audit?${new URLSearchParams(filters).toString()}`);
    const last = await call('/v1/audit?limit=3', { headers: { authorization: 'Bearer b' } });

    expect(audits[0]).toEqual({ ...filters, org: ORG_A, limit: 3 });
    expect(audits[1]).toEqual({ org: ORG_B, limit: 4 });
    expect(page.body).toMatchObject({ contract: 1, nextCursor: 'e1', events: [{ id: 'e0' }, { id: 'e1' }] });
    expect(last.body.nextCursor).toBeNull();
    expect(compileSchema(auditSchema, { all: true })(page.body)).toEqual([]);
  });

  it('finds a record by its id of 15 characters as by that of 18', async () => {
    const { call, audits } = await start();

    await call('/v1/audit?recordId=001A0000006Vm9u');
    await call('/v1/audit?recordId=001A0000006Vm9uIAC');

    expect(audits.map(({ recordId }) => recordId)).toEqual(['001A0000006Vm9uIAC', '001A0000006Vm9uIAC']);
  });

  it.each([
    'org=00D00000000000BEAA',
    'recordId=001A0000006Vm9uIAB',
    'recordId=001a0000006vm9uiac',
    'recordId=',
    'limit=0',
    'limit=201',
    'limit=1e2',
    'limit=1&limit=2',
    'after=yesterday',
    'after=2026-13-01T00:00:00Z',
    'recordId=1%27--',
    'cursor=%00',
  ])('refuses ?%s instead of ignoring it', async (query) => {
    const { call, audits } = await start();

    const answer = await call(`/v1/audit?${query}`);

    expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST_MALFORMED' } });
    expect(audits).toEqual([]);
  });
});
