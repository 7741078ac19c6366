import { describe, expect, test } from '@jest/globals';
import { aField } from '../../../test/support/mapping-builders.ts';
import type { ValueMap } from './mapping.ts';
import { contradictions, translate } from './value-map.ts';

type Entry = ValueMap['entries'][number];
const entry = (salesforceValue: string, dynamicsValue: string, overrides: Partial<Entry> = {}): Entry => ({
  salesforceValue,
  dynamicsValue,
  company: null,
  direction: 'Both',
  ...overrides,
});

function aMap(entries: readonly Entry[], overrides: Partial<ValueMap> = {}): ValueMap {
  return {
    name: 'CustomerGroup',
    unknownValue: 'Reject',
    defaultSalesforceValue: null,
    defaultDynamicsValue: null,
    entries,
    ...overrides,
  };
}

const using = (valueMap: ValueMap | null, options = {}) =>
  aField({ salesforceField: 'Type', dynamicsField: 'Group', valueMap, options });

describe('translating', () => {
  const groups = aMap([
    entry('Direct', '10'),
    entry('Direct', '11', { company: 'gbsi' }),
    entry('Channel', '20', { direction: 'ToDynamics' }),
    entry('Partner', '20', { direction: 'ToSalesforce' }),
    entry('Reseller', '20'),
  ]);

  test.each([
    ['Direct', 'usmf', '10'],
    ['Direct', 'gbsi', '11'],
    [' Direct ', 'usmf', '10'],
    ['Channel', 'usmf', '20'],
    ['Reseller', 'usmf', '20'],
    [null, 'usmf', null],
  ])('%s goes to %s as %s', (value, company, expected) => {
    expect(translate(value, using(groups), 'ToDynamics', company)).toEqual({ ok: true, value: expected });
  });

  test.each([
    ['10', 'usmf', 'Direct'],
    ['11', 'gbsi', 'Direct'],
    ['20', 'usmf', 'Partner'],
  ])('%s comes from %s as %s', (value, company, expected) => {
    expect(translate(value, using(groups), 'ToSalesforce', company)).toEqual({ ok: true, value: expected });
  });

  test.each(['Partner', 'direct', 'Unknown'])('%s has no entry on the way to Dynamics', (value) => {
    const result = translate(value, using(groups), 'ToDynamics', 'usmf');

    expect(result).toMatchObject({ ok: false, fault: { code: 'VALUE_NOT_MAPPED', field: 'Group' } });
  });

  test('the entry of another company does not count', () => {
    expect(translate('11', using(groups), 'ToSalesforce', 'usmf').ok).toBe(false);
  });

  test('the message names both fields and the map, not the value', () => {
    const result = translate('Secret', using(groups), 'ToDynamics', 'usmf');

    expect(result.ok ? '' : result.fault.message).toBe(
      'Type → Group: the value map CustomerGroup has no Dynamics value for company usmf for what Salesforce holds.',
    );
  });

  test('case does not count where the mapping says so', () => {
    expect(translate('DIRECT', using(groups, { caseless: true }), 'ToDynamics', 'usmf')).toEqual({
      ok: true,
      value: '10',
    });
  });
});

describe('what is unknown', () => {
  test('passes where the map lets it', () => {
    const map = aMap([], { unknownValue: 'PassThrough' });

    expect(translate('Other', using(map), 'ToDynamics', 'usmf')).toEqual({ ok: true, value: 'Other' });
  });

  test('takes the default of its direction', () => {
    const map = aMap([], { unknownValue: 'Default', defaultDynamicsValue: '30', defaultSalesforceValue: 'Other' });

    expect(translate('x', using(map), 'ToDynamics', 'usmf')).toEqual({ ok: true, value: '30' });
    expect(translate('99', using(map), 'ToSalesforce', 'usmf')).toEqual({ ok: true, value: 'Other' });
  });

  test('a blank stays blank, whatever the map does with unknown values', () => {
    const map = aMap([], { unknownValue: 'Default', defaultDynamicsValue: '30' });

    expect(translate(null, using(map), 'ToDynamics', 'usmf')).toEqual({ ok: true, value: null });
  });

  test('a blank is translated by an entry for blank, and to blank by an entry to blank', () => {
    const map = aMap([entry('', '90'), entry('None', '')]);

    expect(translate(null, using(map), 'ToDynamics', 'usmf')).toEqual({ ok: true, value: '90' });
    expect(translate('None', using(map), 'ToDynamics', 'usmf')).toEqual({ ok: true, value: null });
  });
});

test('a checkbox is translated by true and false', () => {
  const map = aMap([entry('true', 'Invoice'), entry('false', 'No')]);

  expect(translate(true, using(map), 'ToDynamics', '')).toEqual({ ok: true, value: 'Invoice' });
});

test('without a map the value passes', () => {
  expect(translate(true, using(null), 'ToDynamics', '')).toEqual({ ok: true, value: true });
});

test('two entries contradict each other only for the same value, company and direction', () => {
  const direct = entry('Direct', '10');

  expect(contradictions([direct, entry('Direct', '11')])).toHaveLength(1);
  expect(
    contradictions([
      direct,
      direct,
      entry('Direct', '11', { company: 'gbsi' }),
      entry('Direct', '12', { direction: 'ToDynamics' }),
    ]),
  ).toEqual([]);
});
