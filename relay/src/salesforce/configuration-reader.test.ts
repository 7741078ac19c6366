import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import schema from '../../../contracts/schemas/configuration.v1.schema.json' with { type: 'json' };
import { CONFIGURATION_TYPES } from './configuration-reader.ts';
import { aPage, startFakeSalesforce, type FakeSalesforce, type SeenRequest } from './fake-salesforce.test-support.ts';
import { createSalesforce } from './salesforce-org.ts';

let salesforce: FakeSalesforce;

beforeEach(async () => {
  salesforce = await startFakeSalesforce();
});

afterEach(() => salesforce.stop());

type Row = Readonly<Record<string, unknown>>;

/** Plans the rows of each type; the rest is empty. `prefix` is what the package's namespace puts before its names. */
function planRows(rows: Readonly<Record<string, readonly Row[]>>, prefix = ''): void {
  const isKnown = (type: string) => (prefix === '' ? !type.startsWith('causeway__') : type.startsWith(prefix));
  salesforce.plan('GET /sobjects/', ({ path }) =>
    isKnown(String(path.split('/')[2]))
      ? { json: {} }
      : { status: 404, json: [{ errorCode: 'NOT_FOUND', message: 'x' }] },
  );
  salesforce.plan('GET /query', (seen) => {
    const type = typeOf(seen);
    if (!isKnown(type)) return { status: 400, json: [{ errorCode: 'INVALID_TYPE', message: type }] };
    return aPage(
      (rows[type.replace('causeway__', '')] ?? []).map((row) => JSON.stringify({ attributes: { type }, ...row })),
    );
  });
}

function typeOf({ path }: SeenRequest): string {
  return path.slice(path.lastIndexOf(' ') + 1);
}

function aMapping(name: string, more: Row = {}): Row {
  return { DeveloperName: name, NamespacePrefix: null, SalesforceObject__c: 'Account', IsTemplate__c: false, ...more };
}

function to(name: string, namespace: string | null = null): Row {
  return { attributes: { type: 'x' }, DeveloperName: name, NamespacePrefix: namespace };
}

async function read() {
  const { organizationId, loginUrl, clientId, username, privateKeyPem, connections } = salesforce.settings();
  const org = { organizationId, loginUrl, clientId, username, privateKeyPem, connections };
  const { hash, document } = await createSalesforce({ org, clock: () => new Date() }).readConfiguration();
  return { hash, document, records: (JSON.parse(document) as { records: Record<string, Row[]> }).records };
}

describe('readConfiguration', () => {
  it('writes the document canonically and names it by its hash', async () => {
    planRows({
      EntityMapping__mdt: [
        aMapping('B', { Sequence__c: 20.0, Criteria__c: 'Name <> "é"' }),
        aMapping('A', { Connection__r: to('Contoso') }),
      ],
      Connection__mdt: [
        {
          DeveloperName: 'Contoso',
          NamespacePrefix: null,
          ConnectionKey__c: 'contoso',
          IsDefault__c: true,
          Options__c: null,
        },
      ],
    });

    const { hash, document } = await read();

    expect(document).toBe(
      '{"contract":1,"records":{"CompanyRoute__mdt":[],' +
        '"Connection__mdt":[{"ConnectionKey__c":"contoso","DeveloperName":"Contoso","IsDefault__c":true}],' +
        '"EntityMapping__mdt":[{"Connection__c":"Contoso","DeveloperName":"A","IsTemplate__c":false,"SalesforceObject__c":"Account"},' +
        '{"Criteria__c":"Name <> \\"é\\"","DeveloperName":"B","IsTemplate__c":false,"SalesforceObject__c":"Account","Sequence__c":20}],' +
        '"FieldMapping__mdt":[],"ValueMapEntry__mdt":[],"ValueMap__mdt":[]}}',
    );
    expect(hash).toBe(`sha256:${createHash('sha256').update(document).digest('hex')}`);
  });

  it('is the same whatever order the records come in', async () => {
    planRows({ EntityMapping__mdt: [aMapping('B'), aMapping('A'), aMapping('a'), aMapping('A_B')] });
    const first = await read();
    planRows({ EntityMapping__mdt: [aMapping('A_B'), aMapping('a'), aMapping('A'), aMapping('B')] });

    const second = await read();

    expect(second.hash).toBe(first.hash);
    expect(first.records.EntityMapping__mdt?.map(({ DeveloperName }) => DeveloperName)).toEqual(['A', 'A_B', 'B', 'a']);
  });

  it('is the same in an org where the package is installed as where it is developed', async () => {
    const mapping = aMapping('A', { Connection__r: to('Contoso') });
    planRows({ EntityMapping__mdt: [mapping] });
    const developed = await read();
    const prefixed = Object.entries(mapping).map(
      ([name, value]) => [/__[cr]$/.test(name) ? `causeway__${name}` : name, value] as const,
    );
    planRows({ EntityMapping__mdt: [Object.fromEntries(prefixed)] }, 'causeway__');

    const installed = await read();

    expect(installed.document).toBe(developed.document);
    expect(salesforce.requests.at(-1)?.path).toContain('causeway__');
  });

  it('leaves templates out with all that hangs on them, though a copy bears the same name', async () => {
    planRows({
      EntityMapping__mdt: [
        aMapping('Account_Customer', { NamespacePrefix: 'causeway', IsTemplate__c: true }),
        aMapping('Account_Customer'),
      ],
      FieldMapping__mdt: [
        {
          DeveloperName: 'Of_Template',
          NamespacePrefix: 'causeway',
          EntityMapping__r: to('Account_Customer', 'causeway'),
        },
        { DeveloperName: 'Of_Copy', NamespacePrefix: null, EntityMapping__r: to('Account_Customer') },
      ],
      CompanyRoute__mdt: [
        {
          DeveloperName: 'Of_Template',
          NamespacePrefix: 'causeway',
          EntityMapping__r: to('Account_Customer', 'causeway'),
        },
        { DeveloperName: 'Of_All', NamespacePrefix: null, EntityMapping__r: null },
      ],
    });

    const { records } = await read();

    expect(records.EntityMapping__mdt).toHaveLength(1);
    expect(records.FieldMapping__mdt).toEqual([{ DeveloperName: 'Of_Copy', EntityMapping__c: 'Account_Customer' }]);
    expect(records.CompanyRoute__mdt).toEqual([{ DeveloperName: 'Of_All' }]);
  });

  it('says what to do where the user cannot see the configuration', async () => {
    planRows({}, 'other__');

    await expect(read()).rejects.toMatchObject({
      code: 'CONFIGURATION_UNREADABLE',
      message: expect.stringContaining('permission set'),
    });
  });

  it('reads exactly the fields of the contract', () => {
    const contract = Object.entries(schema.properties.records.properties).map(([type, { items }]) => [
      type,
      Object.keys(items.properties)
        .filter((field) => field !== 'DeveloperName')
        .toSorted(),
    ]);

    const read = Object.entries(CONFIGURATION_TYPES).map(([type, fields]) => [type, [...fields.keys()].toSorted()]);

    expect(Object.fromEntries(read)).toEqual(Object.fromEntries(contract));
  });
});
