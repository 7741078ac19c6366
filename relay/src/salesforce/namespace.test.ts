import { expect, it } from '@jest/globals';
import { createPrefix } from './namespace.ts';
import { createOrgNames } from './org-names.ts';
import type { SalesforceReply, SalesforceSession } from './session.ts';

const MISSING: SalesforceReply = { ok: false, status: 404, errors: [] };
const THERE: SalesforceReply = { ok: true, body: {} };
const REFUSED: SalesforceReply = {
  ok: false,
  status: 400,
  errors: [{ code: 'API_DISABLED_FOR_ORG', message: 'No API.', fields: [] }],
};

function sessionOf(...replies: readonly SalesforceReply[]): { session: SalesforceSession; asked: string[] } {
  const asked: string[] = [];
  const left = [...replies];
  const send = async ({ path }: { readonly path: string }): Promise<SalesforceReply> => {
    asked.push(path);
    return left.shift() ?? MISSING;
  };
  return { session: { send, apiBudget: () => null }, asked };
}

it('finds the installed package before its source, because the customer may own what has no prefix', async () => {
  const { session, asked } = sessionOf(THERE);

  expect(await createPrefix({ session, org: {} })()).toBe('causeway__');
  expect(asked).toEqual(['/sobjects/causeway__EntityMapping__mdt/describe']);
});

it('finds the source where it was deployed, and asks once however many wait', async () => {
  const { session, asked } = sessionOf(MISSING, THERE);
  const prefix = createPrefix({ session, org: {} });

  expect(await Promise.all([prefix(), prefix()])).toEqual(['', '']);
  expect(asked).toHaveLength(2);
});

it('asks again after it could not be told', async () => {
  const { session } = sessionOf(REFUSED, MISSING, MISSING, THERE);
  const prefix = createPrefix({ session, org: {} });

  await expect(prefix()).rejects.toMatchObject({ code: 'PERMISSION_MISSING' });
  await expect(prefix()).rejects.toMatchObject({ code: 'CONFIGURATION_UNREADABLE' });
  expect(await prefix()).toBe('causeway__');
});

it.each([
  ['causeway', 'causeway__'],
  ['', ''],
])('asks nobody where the settings name %p', async (namespace, expected) => {
  const { session, asked } = sessionOf();

  expect(await createPrefix({ session, org: { namespace } })()).toBe(expected);
  expect(asked).toEqual([]);
});

it('refuses to translate a query that holds another, rather than to ask half of it by wrong names', async () => {
  const { session } = sessionOf();
  const prefix = createPrefix({ session, org: { namespace: 'causeway' } });
  const names = createOrgNames({ prefix, describe: () => Promise.reject(new Error('Nobody asks.')) });

  await expect(names.query('SELECT Id, (SELECT Id FROM Lines__r) FROM Invoice__c')).rejects.toMatchObject({
    code: 'UNEXPECTED',
  });
});
