import { describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readdirSync, readFileSync } from 'node:fs';
import { demoConfiguration } from './demo-configuration.ts';

const PROJECT = new URL('../../', import.meta.url);
const OUTCOMES = [
  'created',
  'updated',
  'unchanged',
  'linked',
  'skipped',
  'held',
  'waiting',
  'deferred',
  'partial',
  'conflict',
  'rejected',
  'blocked',
  'failed',
];
const OWNERS = ['user', 'admin', 'finance', 'integrationOwner', 'developer', 'causeway', 'nobody'];

const SCHEMA_OF_FIXTURE: Readonly<Record<string, string>> = {
  apply: 'apply.v1',
  'apply-answer': 'apply-answer.v1',
  audit: 'audit.v1',
  'business-event-customer-payment-posted': 'business-event.v1',
  'business-event-sales-invoice-posted': 'business-event.v1',
  'business-event-test': 'business-event.v1',
  configuration: 'configuration.v1',
  error: 'error.v1',
  problems: 'problems.v1',
  settings: 'settings.v1',
  'sync-request': 'sync-request.v1',
  'sync-response': 'sync-response.v1',
  'sync-response-dry-run': 'sync-response.v1',
};

type Document = Record<string, unknown>;

function readJson(path: string): Document {
  return JSON.parse(readFileSync(new URL(path, PROJECT), 'utf8')) as Document;
}

function fixture(name: string): Document {
  return readJson(`contracts/fixtures/${name}.json`);
}

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const schemaFiles = readdirSync(new URL('contracts/schemas/', PROJECT));
const validators = new Map<string, ValidateFunction>(
  schemaFiles.map((file) => [file.replace('.schema.json', ''), ajv.compile(readJson(`contracts/schemas/${file}`))]),
);

function faultsOf(schema: string, document: unknown): string[] {
  const validate = validators.get(schema);
  if (validate === undefined) throw new Error(`There is no schema ${schema}.`);
  return validate(document) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.keyword}`);
}

/** A fixture with one member changed, or taken out where the value is undefined. `path` is dotted. */
function planted(name: string, path: string, value: unknown): Document {
  const document = fixture(name);
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const place = steps.reduce((inner, step) => inner[step] as Document, document);
  if (value === undefined) Reflect.deleteProperty(place, last);
  else place[last] = value;
  return document;
}

type Wire = { readonly items: readonly { readonly units: readonly { readonly faults: readonly Document[] }[] }[] };

describe('the golden fixtures', () => {
  it('each have a schema that they follow', () => {
    const names = readdirSync(new URL('contracts/fixtures/', PROJECT)).map((file) => file.replace('.json', ''));

    expect(names.toSorted()).toEqual(Object.keys(SCHEMA_OF_FIXTURE).toSorted());
    for (const name of names) {
      expect({ name, faults: faultsOf(SCHEMA_OF_FIXTURE[name] ?? '', fixture(name)) }).toEqual({ name, faults: [] });
    }
  });

  it('hold the configuration that the demo’s records make', () => {
    const document = demoConfiguration(new URL('.', PROJECT).pathname);

    expect(fixture('configuration')).toEqual(document);
  });

  it('name only codes that exist, with the owner and the fix of the code', () => {
    const codes = readJson('contracts/error-codes.json') as Record<string, Document>;
    const answer = fixture('sync-response') as Wire;
    const faults = answer.items.flatMap((item) => item.units.flatMap((unit) => unit.faults));

    expect(faults.length).toBeGreaterThan(5);
    for (const { code, owner, fix } of faults) {
      const entry = codes[String(code)];
      expect({ code, owner, fix }).toEqual({ code, owner: entry?.['owner'], fix: entry?.['fix'] });
    }
  });
});

describe('the schemas', () => {
  const refused: [string, string, string, unknown][] = [
    ['a call of another contract', 'sync-request', 'contract', 2],
    ['a call without items', 'sync-request', 'items', []],
    [
      'a call of 201 items',
      'sync-request',
      'items',
      Array(201).fill((fixture('sync-request')['items'] as Document[])[0]),
    ],
    ['a configuration that is no hash', 'sync-request', 'configuration', 'latest'],
    ['a number where a decimal string belongs', 'sync-request', 'items.0.record.fields.Amount', 10.5],
    ['a nested object as a value', 'sync-request', 'items.0.record.fields.Parent', {}],
    ['an unknown operation', 'sync-request', 'items.0.operation', 'touch'],
    ['a negative generation', 'sync-request', 'items.0.generation', -1],
    ['a generation beyond exact integers', 'sync-request', 'items.0.generation', 2 ** 60],
    ['a record id of a wrong length', 'sync-request', 'items.0.record.id', '001'],
    ['an unknown member', 'sync-request', 'items.0.urgent', true],
    ['a line without an id', 'sync-request', 'items.1.record.children.OpportunityLineItems.0.id', undefined],
    ['an unknown outcome', 'sync-response', 'items.0.units.0.outcome', 'done'],
    ['an item without a unit', 'sync-response', 'items.0.units', []],
    ['a fault without a fix', 'sync-response', 'items.1.units.0.faults.0.fix', undefined],
    ['a plan with an unknown verdict', 'sync-response-dry-run', 'items.0.units.0.plan.fields.0.verdict', 'maybe'],
    ['a secret in the settings', 'settings', 'connections.0.clientSecret', 'hunter2'],
    ['a connection with two credentials', 'settings', 'connections.0.secret', { file: 'secret' }],
    ['a connection without a credential', 'settings', 'connections.0.certificate', undefined],
    ['a certificate without its key', 'settings', 'connections.0.certificate.privateKeyFile', undefined],
    ['an unknown verb', 'settings', 'connections.0.allowed.CustomersV3.sync', ['patch']],
    ['an address with a trailing slash', 'settings', 'connections.0.url', 'https://contoso.operations.dynamics.com/'],
    ['an authority endpoint beyond loopback', 'settings', 'connections.0.authorityEndpoint', 'http://login.example'],
    ['an event secret instead of its hash', 'settings', 'connections.0.eventSecretHashes', ['hunter2']],
    ['a 15-character organization id', 'settings', 'orgs.0.organizationId', '00DHs0000012345'],
    ['a template in a configuration', 'configuration', 'records.EntityMapping__mdt.0.IsTemplate__c', true],
    ['a record id in a configuration', 'configuration', 'records.EntityMapping__mdt.0.Id', 'm00000000000001'],
    ['an unknown record type in a configuration', 'configuration', 'records.Secret__mdt', []],
    ['an unknown policy', 'configuration', 'records.FieldMapping__mdt.0.Policy__c', 'Loudest'],
    ['an event without an id', 'business-event-test', 'EventId', undefined],
    ['an event whose id is no UUID', 'business-event-test', 'EventId', '42'],
    ['an error with a stack', 'error', 'stack', 'at …'],
    ['an audit event with a value', 'audit', 'events.0.fields.0.value', 'Acme'],
    ['a problem in an unknown state', 'problems', 'problems.0.state', 'ignored'],
  ];

  it.each(refused)('refuse %s', (_, name, path, value) => {
    expect(faultsOf(SCHEMA_OF_FIXTURE[name] ?? '', planted(name, path, value))).not.toEqual([]);
  });

  it('take members of an event that the envelope does not know', () => {
    const event = planted('business-event-test', 'Surprise', { nested: true });

    expect(faultsOf('business-event.v1', event)).toEqual([]);
  });

  it.each([
    [{ env: 'CONTOSO_SECRET' }, true],
    [{ file: 'contoso.secret' }, true],
    [{ file: 'contoso.secret', env: 'CONTOSO_SECRET' }, false],
    [{ value: 'hunter2' }, false],
    [{}, false],
  ])('say of the client secret %j: allowed is %p', (secret, isAllowed) => {
    const settings = planted('settings', 'connections.0.certificate', undefined);
    (settings['connections'] as Document[])[0]!['secret'] = secret;

    expect(faultsOf('settings.v1', settings).length === 0).toBe(isAllowed);
  });

  it.each([
    ['entity-mapping-options.v1', { hold: { field: 'IsSalesProcessingStopped' } }],
    ['entity-mapping-options.v1', { holds: {} }],
    ['entity-mapping-options.v1', { externalKey: ['@tenant'] }],
    ['field-mapping-options.v1', { figure: 'margin' }],
    ['field-mapping-options.v1', { scale: 1.5 }],
    ['company-route-options.v1', { createStrategy: 'Hope' }],
    ['match-rules.v1', [{ name: 'Any', priority: 1, fields: [] }]],
    [
      'match-rules.v1',
      [{ name: 'Sound', priority: 1, fields: [{ salesforce: 'Name', dynamics: 'Name', normalise: 'soundex' }] }],
    ],
    ['match-rules.v1', { name: 'No list' }],
  ])('refuse wrong %s: %j', (schema, document) => {
    expect(faultsOf(schema, document)).not.toEqual([]);
  });

  it('describe every member that they name', () => {
    const bare = schemaFiles.flatMap((file) => undescribed(readJson(`contracts/schemas/${file}`), file));

    expect(bare).toEqual([]);
  });
});

/** Members without a description of their own or behind a reference, as paths. */
function undescribed(schema: Document, path: string): string[] {
  const own = Object.entries((schema['properties'] ?? {}) as Record<string, Document | boolean>).flatMap(
    ([name, member]) => {
      if (typeof member === 'boolean') return [];
      const isDescribed =
        member['description'] !== undefined || member['$ref'] !== undefined || member['const'] !== undefined;
      return [...(isDescribed ? [] : [`${path}.${name}`]), ...undescribed(member, `${path}.${name}`)];
    },
  );
  const items = typeof schema['items'] === 'object' ? undescribed(schema['items'] as Document, `${path}[]`) : [];
  const definitions = Object.entries((schema['$defs'] ?? {}) as Record<string, Document>);
  return [...own, ...items, ...definitions.flatMap(([name, one]) => undescribed(one, `${path}#${name}`))];
}

describe('error-codes.json', () => {
  const codes = Object.entries(readJson('contracts/error-codes.json')) as [string, Document][];

  it.each(codes)('%s has an outcome, an owner, a text and a fix', (code, entry) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect([...OUTCOMES, null]).toContain(entry['outcome']);
    expect(OWNERS).toContain(entry['owner']);
    expect(entry['text']).toMatch(/^[A-Z].*\.$/s);
    expect(entry['fix']).toMatch(/^[A-Z].*\.$/s);
    expect(Object.keys(entry).every((name) => ['outcome', 'owner', 'text', 'fix', 'status'].includes(name))).toBe(true);
  });

  it('gives HTTP statuses of failures only', () => {
    const statuses = codes.flatMap(([, entry]) => (entry['status'] === undefined ? [] : [Number(entry['status'])]));

    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.every((status) => status >= 400 && status <= 599)).toBe(true);
  });
});
