import { describe, expect, test } from '@jest/globals';
import type { Value, Values } from '../dynamics/connector.ts';
import { aField, aHashKey, aMapping, anEntity, DECIMAL } from '../../../test/support/mapping-builders.ts';
import type { MappedField } from './map.ts';
import type { FieldMapping } from './mapping.ts';
import { basesAfter, type FieldVerdict, merge, type MergeInput } from './merge.ts';
import type { Base } from './unit.ts';

const key = aHashKey();
const entity = anEntity({ Amount: DECIMAL });
const field = aField({ direction: 'Both', policy: 'Ask' });

const mapped = (value: Value, of: FieldMapping = field): MappedField => ({
  field: of,
  dynamicsField: of.dynamicsField,
  value,
});

function judge(overrides: Partial<MergeInput>): FieldVerdict {
  const verdicts = merge({ mapping: aMapping(), entity, mapped: [], current: null, bases: [], key, ...overrides });
  if (verdicts[0] === undefined) throw new Error('no verdict');
  return verdicts[0];
}

function advance(
  verdicts: readonly FieldVerdict[],
  readBack: Values,
  isConfirmed = true,
  after?: MappedField[],
): Base[] {
  return basesAfter({
    verdicts,
    readBack,
    entity,
    mapping: aMapping(),
    key,
    confirmedInSalesforce: () => isConfirmed,
    ...(after === undefined ? {} : { after }),
  });
}

/** The bases after both sides agreed on a value, Dynamics perhaps writing it in its own way. */
function agreedOn(value: Value, stored: Value = value, of: FieldMapping = field): Base[] {
  const verdict = judge({ mapped: [mapped(value, of)] });
  return advance([verdict], { [of.dynamicsField]: stored });
}

describe('moves', () => {
  test.each<[string, Value, Value, boolean, boolean]>([
    ['nobody', 'Acme', 'Acme', false, false],
    ['Salesforce', 'Acme 2', 'Acme', true, false],
    ['Dynamics', 'Acme', 'Acme 3', false, true],
    ['both', 'Acme 2', 'Acme 3', true, true],
    ['nobody, by blanks at the end', 'Acme ', 'Acme', false, false],
  ])('%s moved', (...[, outbound, current, salesforceMoved, dynamicsMoved]) => {
    const verdict = judge({ mapped: [mapped(outbound)], current: { Name: current }, bases: agreedOn('Acme') });

    expect(verdict).toMatchObject({ salesforceMoved, dynamicsMoved, baseline: 'valid' });
  });

  test('each side is compared with its own last value: what Dynamics wrote its own way is no move', () => {
    const bases = agreedOn('acme', 'ACME');

    const verdict = judge({ mapped: [mapped('acme')], current: { Name: 'ACME' }, bases });

    expect(verdict.verdict).toBe('none');
  });

  test('a base of another version or key tells of no move and writes nothing', () => {
    const [base] = agreedOn('Acme');
    const changed = aField({ ...field, policy: 'Salesforce', version: 'v2' });
    const current = { Name: 'Acme 3' };

    const remapped = judge({ mapped: [mapped('Acme 2', changed)], current, bases: base === undefined ? [] : [base] });
    const rekeyed = judge({ mapped: [mapped('Acme 2')], current, bases: agreedOn('Acme'), key: aHashKey('key-2') });

    expect(remapped).toMatchObject({
      verdict: 'kept',
      baseline: 'stale',
      salesforceMoved: false,
      dynamicsMoved: false,
    });
    expect(rekeyed).toMatchObject({ verdict: 'conflict', baseline: 'stale' });
  });

  test('without a base nobody is said to have moved', () => {
    expect(judge({ mapped: [mapped('Acme')], current: { Name: 'Other' } })).toMatchObject({
      baseline: 'none',
      salesforceMoved: false,
      dynamicsMoved: false,
      verdict: 'conflict',
    });
  });
});

describe('a record that is created', () => {
  test('takes every value, and blank ones are left to Dynamics', () => {
    const amount = aField({ name: 'Amount', dynamicsField: 'Amount' });

    const verdicts = merge({
      mapping: aMapping(),
      entity,
      mapped: [mapped('Acme'), mapped(null, amount)],
      current: null,
      bases: [],
      key,
    });

    expect(verdicts.map(({ verdict, baseline }) => [verdict, baseline])).toEqual([
      ['toDynamics', 'new'],
      ['none', 'new'],
    ]);
  });
});

describe('keys', () => {
  const number = aField({ name: 'Number', dynamicsField: 'Number' });

  test('of a record that exists are never written, and the rule says so', () => {
    const verdict = judge({ mapped: [mapped('X2', number)], current: { Number: 'X1' } });

    expect(verdict).toMatchObject({
      verdict: 'kept',
      rule: "A key is never changed: Salesforce's value does not reach Dynamics",
    });
  });

  test('that are the same agree, and are then quiet', () => {
    const first = judge({ mapped: [mapped('X1', number)], current: { Number: 'X1' } });
    const second = judge({ mapped: [mapped('X1', number)], current: { Number: 'X1' }, bases: advance([first], {}) });

    expect([first.verdict, second.verdict]).toEqual(['agreed', 'none']);
  });
});

test('what is composed over the current value is what is written, and no move of Salesforce', () => {
  const onto = (current: Value): Value => `001-${String(current).split('-')[1] ?? ''}`;
  const composed = { ...mapped('001-'), onto };
  const bases = agreedOn('001-', '001-7');

  const settled = judge({ mapped: [composed], current: { Name: '001-7' }, bases });
  const moved = judge({ mapped: [composed], current: { Name: '002-7' } });

  expect(settled).toMatchObject({ verdict: 'none', salesforceMoved: false });
  expect(moved).toMatchObject({ outbound: '001-7', current: '002-7' });
});

describe('bases', () => {
  const settledAfter = (first: FieldVerdict, readBack: Values, next: { outbound: Value; current: Value }) =>
    judge({ mapped: [mapped(next.outbound)], current: { Name: next.current }, bases: advance([first], readBack) });

  test('after a write to Dynamics hold what Dynamics made of it', () => {
    const first = judge({ mapped: [mapped('new')], current: { Name: 'old' }, bases: agreedOn('old') });

    const next = settledAfter(first, { Name: 'NEW' }, { outbound: 'new', current: 'NEW' });

    expect(next).toMatchObject({ verdict: 'none', baseline: 'valid' });
  });

  test('of a write that was not read back do not advance', () => {
    const first = judge({ mapped: [mapped('new')], current: { Name: 'old' }, bases: agreedOn('old') });

    expect(advance([first], {})).toEqual([]);
  });

  test('of a write-back that did not arrive do not advance, so that it is repeated', () => {
    const bases = agreedOn('old');
    const first = judge({ mapped: [mapped('old')], current: { Name: 'new' }, bases });

    const lost = advance([first], { Name: 'new' }, false);
    const again = judge({ mapped: [mapped('old')], current: { Name: 'new' }, bases: lost.length > 0 ? lost : bases });

    expect([first.verdict, again.verdict]).toEqual(['toSalesforce', 'toSalesforce']);
  });

  test('of a write-back that arrived hold the value on both sides', () => {
    const first = judge({ mapped: [mapped('old')], current: { Name: 'new' }, bases: agreedOn('old') });

    const next = settledAfter(first, { Name: 'new' }, { outbound: 'new', current: 'new' });

    expect(next.verdict).toBe('none');
  });

  test('of a write-back through a lossy formula hold what Salesforce maps to afterwards', () => {
    const first = judge({ mapped: [mapped('old')], current: { Name: 'A VERY LONG NAME' }, bases: agreedOn('old') });

    const bases = advance([first], {}, true, [mapped('A VERY')]);
    const next = judge({ mapped: [mapped('A VERY')], current: { Name: 'A VERY LONG NAME' }, bases });

    expect(next).toMatchObject({ verdict: 'none', salesforceMoved: false });
  });

  test('of a conflict stay where they were', () => {
    const first = judge({ mapped: [mapped('a')], current: { Name: 'b' }, bases: agreedOn('old') });

    expect(first.verdict).toBe('conflict');
    expect(advance([first], { Name: 'b' })).toEqual([]);
  });

  test('of an edit in Dynamics that is kept take it over, so that it is told once', () => {
    const oneWay = aField({ direction: 'ToDynamics' });
    const bases = agreedOn('old', 'old', oneWay);
    const first = judge({ mapped: [mapped('old', oneWay)], current: { Name: 'theirs' }, bases });

    const next = judge({ mapped: [mapped('old', oneWay)], current: { Name: 'theirs' }, bases: advance([first], {}) });

    expect([first.verdict, next.verdict]).toEqual(['kept', 'none']);
  });

  test('of fields that did not move are left alone', () => {
    const first = judge({ mapped: [mapped('Acme')], current: { Name: 'Acme' }, bases: agreedOn('Acme') });

    expect(advance([first], { Name: 'changed meanwhile' })).toEqual([]);
  });

  test('do not swallow an edit that Dynamics took between reading and writing', () => {
    const first = judge({ mapped: [mapped('same')], current: { Name: 'same' } });

    const next = settledAfter(first, { Name: 'edited meanwhile' }, { outbound: 'same', current: 'edited meanwhile' });

    expect([first.verdict, next.verdict]).toEqual(['agreed', 'toSalesforce']);
  });

  test('after a create: a default that Dynamics gave to a blank field comes to Salesforce', () => {
    const first = judge({ mapped: [mapped(null)] });

    const next = settledAfter(first, { Name: 'Default' }, { outbound: null, current: 'Default' });

    expect([first.verdict, next.verdict]).toEqual(['none', 'toSalesforce']);
  });

  test('after a create: a default in a field that goes only to Dynamics is the agreement', () => {
    const oneWay = aField({ direction: 'ToDynamics' });
    const first = judge({ mapped: [mapped(null, oneWay)] });

    const bases = advance([first], { Name: 'Default' });

    expect(judge({ mapped: [mapped(null, oneWay)], current: { Name: 'Default' }, bases }).verdict).toBe('none');
  });

  test('carry the version and the key they were made under, and never a value', () => {
    const [base] = agreedOn('Planted value');

    expect(base).toMatchObject({ field: 'Thing_Name', mappingVersion: 'v1', keyId: 'key-1' });
    expect(JSON.stringify(base)).not.toContain('Planted');
    // Both sides hold the same, and are hashed in one form.
    expect(base?.salesforceHash).toBe(base?.dynamicsHash);
  });

  test('made twice are the same', () => {
    expect(agreedOn('Acme')).toEqual(agreedOn('Acme'));
  });
});

describe('fields that Dynamics owns', () => {
  const owned = aField({
    name: 'Total',
    salesforceField: 'Total__c',
    dynamicsField: 'Amount',
    direction: 'ToSalesforce',
  });
  const mapping = aMapping({ fields: [owned] });
  const judgeOwned = (held: Value, amount: string, bases: Base[] = []) =>
    judge({
      mapping,
      current: { Amount: amount },
      bases,
      salesforce: { fields: { Total__c: held }, inbound: { Total__c: amount } },
    });

  test('are judged only where Salesforce is known', () => {
    expect(merge({ mapping, entity, mapped: [], current: { Amount: '5' }, bases: [], key })).toEqual([]);
  });

  test('come to Salesforce until they stand there', () => {
    const first = judgeOwned(null, '5');
    const arrived = judgeOwned('5.00', '5');
    const later = judgeOwned('5', '5', advance([arrived], {}));

    expect([first.verdict, arrived.verdict, later.verdict]).toEqual(['toSalesforce', 'agreed', 'none']);
  });

  test('overwrite an edit in Salesforce, and the rule says so', () => {
    const bases = advance([judgeOwned('5', '5')], {});

    expect(judgeOwned('7', '5', bases)).toMatchObject({
      verdict: 'toSalesforce',
      salesforceMoved: true,
      rule: "Dynamics owns the field: Salesforce's edit is overwritten",
    });
  });

  test('move with Dynamics', () => {
    const bases = advance([judgeOwned('5', '5')], {});

    expect(judgeOwned('5', '6', bases)).toMatchObject({ verdict: 'toSalesforce', dynamicsMoved: true });
  });

  test('leave out what is computed or constant', () => {
    const figure = { ...owned, options: { figure: 'paid' } };
    const constant = { ...owned, kind: 'Constant' as const };
    const salesforce = { fields: { Total__c: null }, inbound: { Total__c: '5' } };

    for (const other of [figure, constant]) {
      const verdicts = merge({
        mapping: aMapping({ fields: [other] }),
        entity,
        mapped: [],
        current: {},
        bases: [],
        key,
        salesforce,
      });
      expect(verdicts).toEqual([]);
    }
  });
});
