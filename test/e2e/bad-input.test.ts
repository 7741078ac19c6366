import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { json } from 'node:stream/consumers';
import { SignJWT } from 'jose';
import type { SyncAnswer, SyncItem, UnitResult } from '../../relay/src/sync/exchange.ts';
import { readMetadataRecord } from '../org/metadata/read-source.ts';
import { itemsOf } from '../support/apex-items.ts';
import { createAccount } from '../support/contoso.ts';
import { makeKeyPair, signOrgToken } from '../support/org-key.ts';
import { type Product, startProduct } from '../support/product.ts';
import { CONNECTION } from '../support/relay-settings.ts';
import { until } from '../support/until.ts';

const RECORDS = path.join(import.meta.dirname, '../../unpackaged/demo/customMetadata');

let product: Product;
let configuration: Awaited<ReturnType<Product['configuration']>>;
let serial = 0;

beforeAll(async () => {
  product = await startProduct({ isPaused: true });
  configuration = await product.configuration();
}, 60_000);

afterAll(() => product.stop());

/** Posts a raw body to /v1/sync under a token. */
async function post(body: string, authorization: string): Promise<{ status: number; code: string; message: string }> {
  const response = await fetch(`${product.relayUrl}/v1/sync`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body,
  });
  return { status: response.status, ...((await response.json()) as { code: string; message: string }) };
}

const goodToken = (): Promise<string> => product.token({ org: product.org.organizationId, audience: product.relayUrl });

/** Syncs one new account, with its item changed on the way, and answers its first unit. */
async function syncAccount(
  fields: Readonly<Record<string, string | null>>,
  change: (item: SyncItem) => SyncItem = (item) => item,
): Promise<UnitResult> {
  serial += 1;
  const id = createAccount(product.org, {
    Name: `Customer ${serial}`,
    TaxNumber__c: `B-${serial}`,
    BillingPostalCode: `8${serial}`,
    ...fields,
  });
  return syncItems(itemsFor(id).map(change));
}

/** What the package would send of that account, if it were not paused. */
function itemsFor(id: string): SyncItem[] {
  return itemsOf(product.org, [`${id}/Account_Customer`]);
}

async function syncItems(items: readonly SyncItem[]): Promise<UnitResult> {
  const body = { contract: 1, requestId: crypto.randomUUID(), configuration: configuration.hash, dryRun: false, items };
  const { status, body: answer } = await product.call('POST', '/v1/sync', body);
  if (status !== 200) throw new Error(JSON.stringify(answer));
  const unit = (answer as SyncAnswer).items[0]?.units[0];
  if (unit === undefined) throw new Error('No unit was answered.');
  return unit;
}

/** Runs under a configuration in which one record is different. */
async function underRecord<T>(
  name: string,
  changes: Readonly<Record<string, string | null>>,
  run: () => Promise<T>,
): Promise<T> {
  const record = readMetadataRecord(path.join(RECORDS, `${name}.md-meta.xml`));
  product.org.deploy([{ ...record, values: new Map([...record.values, ...Object.entries(changes)]) }]);
  configuration = await product.configuration();
  try {
    return await run();
  } finally {
    product.org.deploy([record]);
    configuration = await product.configuration();
  }
}

const customersNamed = (name: string): unknown[] =>
  product.dynamics.admin
    .rows({ set: 'CustomersV3', company: 'usmf' })
    .filter((row) => row['OrganizationName'] === name);

const withField = (name: string, value: string) => (item: SyncItem) => ({
  ...item,
  record: { ...item.record, fields: { ...item.record.fields, [name]: value } },
});

describe('a call that is wrong as a whole', () => {
  it('names what is wrong with malformed JSON', async () => {
    expect(await post('{"contract":1,', `Bearer ${await goodToken()}`)).toMatchObject({
      status: 400,
      code: 'REQUEST_MALFORMED',
    });
  });

  it('names the field that breaks the contract', async () => {
    const answer = await post('{"contract":1,"items":[]}', `Bearer ${await goodToken()}`);

    expect(answer).toMatchObject({ status: 400, code: 'REQUEST_MALFORMED' });
    expect(answer.message).toMatch(/requestId|configuration/);
  });

  it('refuses a body over the limit without reading it', async () => {
    const body = JSON.stringify({ contract: 1, padding: 'x'.repeat(5_200_000) });

    expect(await post(body, `Bearer ${await goodToken()}`)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
  });

  it('refuses a configuration that is not the org’s', async () => {
    const hash = `sha256:${'0'.repeat(64)}`;
    const items = itemsFor(createAccount(product.org));
    const body = { contract: 1, requestId: crypto.randomUUID(), configuration: hash, dryRun: false, items };
    const { status, body: answer } = await product.call('POST', '/v1/sync', body);

    expect(status).toBe(409);
    expect(answer).toMatchObject({ code: 'CONFIGURATION_UNREADABLE', retryable: true });
  });
});

describe('a caller who is not the org', () => {
  const refusal = { status: 401, code: 'TOKEN_INVALID' };

  it('is refused without a token', async () => {
    expect(await post('{}', '')).toMatchObject({ status: 401, code: 'TOKEN_MISSING' });
  });

  it('is refused with an expired token', async () => {
    const token = await product.token({
      org: product.org.organizationId,
      audience: product.relayUrl,
      expiresAt: '10m ago',
    });

    expect(await post('{}', `Bearer ${token}`)).toMatchObject({ status: 401, code: 'TOKEN_EXPIRED' });
  });

  it('is refused with a token that another key signed', async () => {
    const stranger = await makeKeyPair('stranger');
    const claims = { org: product.org.organizationId, audience: product.relayUrl, userId: product.org.users.sales };

    expect(await post('{}', `Bearer ${await signOrgToken(stranger, claims)}`)).toMatchObject(refusal);
  });

  it('is refused, and alarmed, with the org’s key and another organization id', async () => {
    const token = await product.token({ org: '00D000000000002EAA', audience: product.relayUrl });

    expect(await post('{}', `Bearer ${token}`)).toMatchObject({ status: 403, code: 'ORG_MISMATCH' });
    const alarm = 'A pinned key signed for another organization';
    await until(() => (product.relay().log().includes(alarm) ? true : null), 'the alarm is in the log');
  });

  it('is refused with a token made out to another relay', async () => {
    const token = await product.token({ org: product.org.organizationId, audience: 'https://elsewhere.example' });

    expect(await post('{}', `Bearer ${token}`)).toMatchObject(refusal);
  });

  it('is refused with alg none, and with the public key that the relay pinned taken for a shared secret', async () => {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: product.org.organizationId, aud: product.relayUrl, exp: Math.floor(Date.now() / 1_000) + 60 };
    const none = `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`;
    const pem = await readFile(path.join(product.directory, 'keys', 'org.crt'), 'utf8');
    const { publicKey } = new X509Certificate(pem);
    const secrets = [
      ...[pem, publicKey.export({ type: 'spki', format: 'pem' }), JSON.stringify(publicKey.export({ format: 'jwk' }))],
      publicKey.export({ type: 'spki', format: 'der' }),
    ].map((secret) => Buffer.from(secret));
    const shared = await Promise.all(
      secrets.map((secret) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret)),
    );

    for (const token of [none, ...shared]) expect(await post('{}', `Bearer ${token}`)).toMatchObject(refusal);
  });
});

describe('a record that does not fit', () => {
  it('is blocked where its mapping is unknown', async () => {
    const unit = await syncAccount({}, (item) => {
      return { ...item, mapping: 'No_Such_Mapping', key: `${item.record.id}/No_Such_Mapping` };
    });

    expect(unit).toMatchObject({ outcome: 'blocked', faults: [{ code: 'MAPPING_UNKNOWN', owner: 'admin' }] });
  });

  it('goes nowhere where no company route takes it, with the routes that were tried', async () => {
    const route = { Condition__c: 'BillingCountry = "United States"' };

    const unit = await underRecord('CompanyRoute.Account_usmf', route, () => syncAccount({ BillingCountry: 'Norway' }));

    expect(unit).toMatchObject({ connection: null, company: null, faults: [{ code: 'COMPANY_NOT_ROUTED' }] });
    expect(unit.faults[0]?.message).toContain('Account_usmf');
    expect(customersNamed(`Customer ${serial}`)).toEqual([]);
  });

  it('is refused where a formula fails on its values', async () => {
    const mapping = { Formula__c: 'IF(1 / AnnualRevenue > 0, "CA", "CA")' };

    const unit = await underRecord('FieldMapping.Account_TaxGroup', mapping, () => syncAccount({ AnnualRevenue: '0' }));

    expect(unit).toMatchObject({ faults: [{ code: 'FORMULA_FAILED', owner: 'admin' }] });
    expect(customersNamed(`Customer ${serial}`)).toEqual([]);
  });

  it('is refused with the members that there are where it holds an unknown one', async () => {
    const mapping = {
      ...{ Direction__c: 'ToDynamics', Formula__c: 'Site', Policy__c: 'Salesforce', IsWriteBack__c: 'false' },
      ...{ InboundFormula__c: null, SalesforceField__c: null },
    };

    const unit = await underRecord('FieldMapping.Account_OnHold', mapping, () => syncAccount({ Site: 'Perhaps' }));

    expect(unit).toMatchObject({
      outcome: 'rejected',
      faults: [{ code: 'ENUM_MEMBER_UNKNOWN', field: 'OnHoldStatus', message: expect.stringContaining('No, ') }],
    });
    expect(customersNamed(`Customer ${serial}`)).toEqual([]);
  });

  it('is refused with the field and the length where a value is too long', async () => {
    const unit = await syncAccount({}, withField('BillingPostalCode', '1234567890123'));

    expect(unit).toMatchObject({
      outcome: 'rejected',
      // The metadata of Finance & Operations names no lengths: Dynamics says so, and its words get the code.
      faults: [{ code: 'VALUE_TOO_LONG', field: 'AddressZipCode', message: expect.stringContaining('10') }],
    });
    expect(customersNamed(`Customer ${serial}`)).toEqual([]);
  });

  it('is refused where Dynamics does not know its currency', async () => {
    const unit = await syncAccount({}, withField('CurrencyIsoCode', 'XAU'));

    expect(unit).toMatchObject({
      outcome: 'rejected',
      faults: [{ code: 'CURRENCY_UNKNOWN', field: 'SalesCurrencyCode', owner: 'user' }],
    });
  });

  it('reports all its faults at once, each with its code, its field and who has to act', async () => {
    const formula = { Formula__c: 'IF(1 / AnnualRevenue > 0, "CA", "CA")' };
    const wrong = {
      CurrencyIsoCode: null,
      BillingCountry: 'Atlantis',
      PaymentTerms__c: 'When we feel like it',
      AnnualRevenue: '0',
    };

    const unit = await underRecord('FieldMapping.Account_TaxGroup', formula, () =>
      syncAccount({}, (item) => ({ ...item, record: { ...item.record, fields: { ...item.record.fields, ...wrong } } })),
    );

    expect(unit.outcome).toBe('rejected');
    expect(unit.faults.map(({ code, field, owner }) => [code, field, owner]).toSorted()).toEqual([
      ['FORMULA_FAILED', 'SalesTaxGroup', 'admin'],
      ['VALUE_NOT_MAPPED', 'AddressCountryRegionId', 'admin'],
      ['VALUE_NOT_MAPPED', 'PaymentTerms', 'admin'],
      ['VALUE_REQUIRED', 'SalesCurrencyCode', 'user'],
    ]);
    expect(customersNamed(`Customer ${serial}`)).toEqual([]);
  });
});

describe('business events', () => {
  const event = (id: string, more: object = { BusinessEventId: 'SomethingElseBusinessEvent' }): string =>
    JSON.stringify({
      BusinessEventLegalEntity: 'usmf',
      ContextRecordSubject: '',
      ControlNumber: 5637611083,
      EventId: id,
      EventTime: '/Date(1672408275000)/',
      EventTimeIso8601: '2022-12-30T13:51:15.2942742Z',
      InitiatingUserAADObjectId: '{410A2690-5EC2-42EE-9F2A-E75B4E324930}',
      MajorVersion: 0,
      MinorVersion: 0,
      ParentContextRecordSubjects: [],
      ...more,
    });
  const jobs = async (): Promise<string | undefined> => {
    const text = await (await fetch(`${product.relayUrl}/metrics`)).text();
    return /causeway_jobs_waiting\{[^}]*event\.finance-operations[^}]*\} (\d+)/.exec(text)?.[1];
  };
  const send = (url: string, body: string): Promise<Response> =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

  it('are not heard with a wrong secret, nor for an unknown connection, and both look the same', async () => {
    const base = `${product.relayUrl}/v1/events/finance-operations`;
    const wrong = await send(`${base}/${CONNECTION}/${'a'.repeat(43)}`, event(crypto.randomUUID()));
    const unknown = await send(`${base}/nowhere/${'a'.repeat(43)}`, event(crypto.randomUUID()));

    expect([wrong.status, unknown.status]).toEqual([404, 404]);
    const strip = (body: Record<string, unknown>) => ({ ...body, correlationId: null });
    expect(strip((await wrong.json()) as Record<string, unknown>)).toEqual(
      strip((await unknown.json()) as Record<string, unknown>),
    );
  });

  it('are stored once however often they come, and make one job', async () => {
    // An invoice that Dynamics does not show yet is waited for, so that the job can be counted.
    const invoice = { BusinessEventId: 'SalesInvoicePostedBusinessEvent', InvoiceId: 'CIV-NOT-YET' };
    const posted = event(crypto.randomUUID(), invoice);

    const first = await send(product.eventsUrl, posted);
    const second = await send(product.eventsUrl, posted);

    expect([first.status, second.status]).toEqual([202, 202]);
    expect(await first.json()).toMatchObject({ verdict: 'stored' });
    expect(await second.json()).toMatchObject({ verdict: 'duplicate' });
    expect(await jobs()).toBe('1');
  });
});

describe('the forwarder', () => {
  it('passes a read of an allowed entity set through with exact numbers', async () => {
    const path = `/v1/forward/${CONNECTION}/CustomersV3?$filter=CustomerAccount eq 'US-001'&$select=CustomerAccount,CreditLimit`;

    const { status, body } = await product.call('GET', path);

    expect(status).toBe(200);
    expect(body).toMatchObject({ value: [{ CustomerAccount: 'US-001' }] });
  });

  it.each([
    ['an entity set that is not registered', 'GET', 'VendorsV2'],
    ['a batch', 'POST', '$batch'],
    ['an encoded slash', 'GET', 'CustomersV3%2F..%2FVendorsV2'],
    ['another host', 'GET', 'https://example.com/CustomersV3'],
    [
      'an action',
      'POST',
      "CustomersV3(dataAreaId='usmf',CustomerAccount='US-001')/Microsoft.Dynamics.DataEntities.Delete",
    ],
    ['a verb that is not registered', 'DELETE', "CustomersV3(dataAreaId='usmf',CustomerAccount='US-001')"],
  ])('refuses %s', async (_name, method, path) => {
    const { status, body } = await product.call(method, `/v1/forward/${CONNECTION}/${path}`);

    expect(status).toBe(403);
    expect(body).toMatchObject({ code: expect.stringMatching(/FORWARD_PATH_REFUSED|NOT_ALLOWED/), retryable: false });
  });

  it('refuses a parent folder, which other clients than ours resolve before they send', async () => {
    const authorization = `Bearer ${await goodToken()}`;
    const { hostname, port } = new URL(product.relayUrl);

    const { status, body } = await new Promise<{ status: number; body: unknown }>((resolve, reject) => {
      const raw = `/v1/forward/${CONNECTION}/CustomersV3/../VendorsV2`;
      const call = httpRequest({ hostname, port, path: raw, headers: { authorization } }, (response) => {
        json(response).then((parsed) => resolve({ status: response.statusCode ?? 0, body: parsed }), reject);
      });
      call.once('error', reject).end();
    });

    expect(status).toBe(403);
    expect(body).toMatchObject({ code: 'FORWARD_PATH_REFUSED', retryable: false });
  });
});
