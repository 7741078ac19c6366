import { describe, expect, test } from '@jest/globals';
import type { Values } from '../dynamics/connector.ts';
import { aField, aMapping, anEntity, aRecord, TEXT } from '../../../test/support/mapping-builders.ts';
import type { MatchRule, Normalizer } from './mapping.ts';
import { matchRequests, normalised } from './match.ts';

const entity = anEntity({ TaxNumber: TEXT, PostalCode: TEXT, Phone: TEXT, Group: TEXT });
const context = { company: 'usmf', entity, references: new Map(), dimensions: null };

const rule = (name: string, priority: number, fields: readonly [string, string, Normalizer][]): MatchRule => ({
  name,
  priority,
  fields: fields.map(([salesforce, dynamics, normalise]) => ({ salesforce, dynamics, normalise })),
});
const tax = rule('Tax number', 1, [['Tax__c', 'TaxNumber', 'alphanumeric']]);
const name = rule('Name', 2, [
  ['Name', 'Name', 'caseless'],
  ['Zip', 'PostalCode', 'exact'],
]);

function requests(rules: readonly MatchRule[], fields: Values) {
  return matchRequests(aMapping({ matchRules: rules }), aRecord(fields), context);
}

const candidate = (values: Values) => ({ key: { dataAreaId: 'usmf', Number: '1' }, values, etag: null });

describe('rules', () => {
  test('are tried in the order of their priority', () => {
    const found = requests([name, tax], { Tax__c: 'DE1', Name: 'Acme', Zip: '89073' });

    expect(found.map((request) => request.rule)).toEqual(['Tax number', 'Name']);
  });

  test('with a blank field are left out: blank matches nothing', () => {
    expect(requests([tax, name], { Tax__c: ' - ', Name: 'Acme', Zip: null })).toEqual([]);
  });

  test('name the fields that must be read', () => {
    expect(requests([name], { Name: 'Acme', Zip: '89073' })[0]?.fields).toEqual(['Name', 'PostalCode']);
  });
});

describe('conditions', () => {
  test('narrow by every field of the rule, without wildcards', () => {
    const [request] = requests([name], { Name: 'Acme', Zip: '89073' });

    expect(request?.conditions).toEqual([
      [
        { field: 'Name', value: 'Acme' },
        { field: 'PostalCode', value: '89073' },
      ],
      [
        { field: 'Name', value: 'acme' },
        { field: 'PostalCode', value: '89073' },
      ],
    ]);
  });

  test('ask for the likely spellings of a normalized field', () => {
    const [request] = requests([tax], { Tax__c: 'DE 123.456' });

    expect(request?.conditions.map(([condition]) => condition?.value)).toEqual(['DE 123.456', 'DE123456', 'de123456']);
  });

  test('take the value as Dynamics would hold it, by the field mapping of the pair', () => {
    const valueMap = {
      name: 'Groups',
      unknownValue: 'Reject' as const,
      defaultSalesforceValue: null,
      defaultDynamicsValue: null,
      entries: [{ salesforceValue: 'Direct', dynamicsValue: '10', company: null, direction: 'Both' as const }],
    };
    const mapping = aMapping({
      matchRules: [rule('Group', 1, [['Type', 'Group', 'exact']])],
      fields: [aField({ salesforceField: 'Type', dynamicsField: 'Group', valueMap })],
    });

    const [request] = matchRequests(mapping, aRecord({ Type: 'Direct' }), context);

    expect(request?.conditions).toEqual([[{ field: 'Group', value: '10' }]]);
    expect(matchRequests(mapping, aRecord({ Type: 'Unknown' }), context)).toEqual([]);
  });
});

describe('a candidate', () => {
  const [byName] = requests([name], { Name: 'Acme', Zip: '89073' });

  test.each([
    [{ Name: 'ACME ', PostalCode: '89073' }, true],
    [{ Name: 'Acme Ltd', PostalCode: '89073' }, false],
    [{ Name: 'Acme', PostalCode: '89074' }, false],
    [{ Name: 'Acme', PostalCode: null }, false],
    [{ Name: 'Acme' }, false],
  ])('%j is accepted: %s', (values, expected) => {
    expect(byName?.accepts(candidate(values))).toBe(expected);
  });

  test('may match by its key', () => {
    const [request] = requests([rule('Number', 1, [['Code', 'Number', 'exact']])], { Code: '1' });

    expect(request?.accepts(candidate({}))).toBe(true);
  });
});

test.each<[Normalizer, string, string, boolean]>([
  ['exact', ' Acme ', 'Acme', true],
  ['exact', 'acme', 'Acme', false],
  ['caseless', 'ÄRZTE', 'ärzte', true],
  ['alphanumeric', 'DE-123.456', 'de 123456', true],
  ['alphanumeric', 'DE123456', 'DE123457', false],
  ['email', 'A@B.C', 'mailto:a@b.c', true],
  ['phone', '+49 731 12-34', '0049 (731) 1234', true],
  ['phone', '+49 (0)731 1234', '+497311234', true],
  ['phone', '+1 425 555 0100 ext. 7', '14255550100', true],
  ['phone', '425 555 0100', '425 555 0101', false],
])('%s: %s and %s are one: %s', (normalise, a, b, expected) => {
  expect(normalised(a, normalise) === normalised(b, normalise)).toBe(expected);
});
