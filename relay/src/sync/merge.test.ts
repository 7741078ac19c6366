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

const mapped = (value: Value, of: FieldMapping = field, input: Values = { Name: value }): MappedField => ({
  field: of,
  dynamicsField: of.dynamicsField,
  value,
  input,
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

  test('a base of another key tells of no move and writes nothing', () => {
    const rekeyed = (of: FieldMapping) =>
      judge({
        mapped: [mapped('Acme 2', of)],
        current: { Name: 'Acme' },
        bases: agreedOn('Acme', 'Acme', of),
        key: aHashKey('key-2'),
      });

    expect(rekeyed(field)).toMatchObject({ verdict: 'conflict', baseline: 'stale', salesforceMoved: false });
    expect(rekeyed(aField())).toMatchObject({ verdict: 'kept', baseline: 'stale', salesforceMoved: false });
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

describe('a mapping that was changed', () => {
  const before = aField({ direction: 'Both', policy: 'Salesforce' });
  const changed = aField({ ...before, version: 'v2' });
  /** What Salesforce holds, what the mapping makes of it, and what Dynamics holds. */
  type State = { readonly input: string; readonly outbound: string; readonly current: string };
  const agreement: State = { input: 'Net 30', outbound: 'Net30', current: 'Net30' };
  const basesOf = ({ input, outbound, current }: State): Base[] =>
    advance([judge({ mapped: [mapped(outbound, before, { Name: input })] })], { Name: current });
  const after = (of: FieldMapping, { input, outbound, current }: State, was: State = agreement) =>
    judge({ mapped: [mapped(outbound, of, { Name: input })], current: { Name: current }, bases: basesOf(was) });

  test('does not hide an edit in Salesforce', () => {
    const verdict = after(changed, { input: 'Net 45', outbound: 'Net45', current: 'Net30' });

    expect(verdict).toMatchObject({ verdict: 'toDynamics', salesforceMoved: true, rule: 'Only Salesforce moved' });
  });

  test('does not hide an edit in Dynamics', () => {
    const verdict = after(changed, { input: 'Net 30', outbound: 'Net31', current: 'Net60' });

    expect(verdict).toMatchObject({ verdict: 'toSalesforce', salesforceMoved: false, dynamicsMoved: true });
  });

  test.each(['Salesforce', 'Dynamics', 'Ask'] as const)(
    'and makes something else of what nobody moved writes nothing and is told, policy %s, until the sides are the same',
    (policy) => {
      const other = { ...changed, policy };
      const differing = after(other, { input: 'Net 30', outbound: 'Net31', current: 'Net30' });
      const same = after(other, { input: 'Net 30', outbound: 'Net31', current: 'Net31' });

      expect(differing).toMatchObject({ verdict: 'conflict', baseline: 'remapped' });
      expect(differing.rule).toMatch(/^Re-baselined/);
      expect(advance([differing], { Name: 'Net30' })).toEqual([]);
      expect(same.verdict).toBe('agreed');
    },
  );

  test('and makes the same of a value as before leaves its agreement alone, even where the sides differ by it', () => {
    const kept: State = { input: 'Net 30', outbound: 'Net30', current: 'NET 30 DAYS' };

    expect(after(changed, kept, kept)).toMatchObject({ verdict: 'none', baseline: 'valid' });
  });

  test('to read other fields tells of no move, so that nothing is written over', () => {
    const verdict = after({ ...changed, form: 'f2' }, { input: 'x', outbound: 'Net45', current: 'Net30' });

    expect(verdict).toMatchObject({ verdict: 'conflict', salesforceMoved: false, dynamicsMoved: false });
  });

  test('in how it compares does not take the same value in Dynamics for an edit', () => {
    const amount = aField({ ...before, dynamicsField: 'Amount' });
    const rounded = { ...amount, version: 'v2', options: { scale: 1 } };
    const bases = advance([judge({ mapped: [mapped('2.55', amount)] })], { Amount: '2.55' });

    const verdict = judge({ mapped: [mapped('9', rounded)], current: { Amount: '2.55' }, bases });

    expect(verdict).toMatchObject({ verdict: 'toDynamics', dynamicsMoved: false });
  });
});

test('a parent with another number is a move of Salesforce, though the lookup stands', () => {
  const reference = aField({ kind: 'Reference' });
  const lookup = { AccountId: '001000000000001AAA' };
  const bases = advance([judge({ mapped: [mapped('US-1', reference, lookup)] })], { Name: 'US-1' });

  const verdict = judge({ mapped: [mapped('US-2', reference, lookup)], current: { Name: 'US-1' }, bases });

  expect(verdict).toMatchObject({ verdict: 'toDynamics', salesforceMoved: true });
});

describe('a value that came from Dynamics', () => {
  /** Dynamics was set to Net10x, which Salesforce shows as Net 45, which maps to Net45. */
  const arrived = (policy: FieldMapping['policy'], held: Value, inbound: Value = 'Net 45') => {
    const lossy = aField({ direction: 'Both', policy });
    return judge({
      mapped: [mapped(held === 'Net 45' ? 'Net45' : 'Net30', lossy, { Name: held })],
      current: { Name: 'Net10x' },
      bases: agreedOn('Net30', 'Net30', lossy),
      salesforce: { fields: { Name: held }, inbound: { Name: inbound } },
    });
  };

  test.each(['Salesforce', 'Dynamics', 'Newest', 'Ask'] as const)(
    'and stands in Salesforce is agreed: %s',
    (policy) => {
      expect(arrived(policy, 'Net 45')).toMatchObject({
        verdict: 'agreed',
        rule: "Salesforce holds what Dynamics' value maps to",
      });
    },
  );

  test('is not taken for agreed while Salesforce holds another', () => {
    expect(arrived('Ask', 'Net 60').verdict).toBe('conflict');
  });

  test('and has no form in Salesforce is not taken for what is blank there', () => {
    expect(arrived('Ask', null, null).verdict).toBe('conflict');
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

    const bases = advance([first], { Name: 'new' }, true, [mapped('new')]);
    const next = judge({ mapped: [mapped('new')], current: { Name: 'new' }, bases });

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

    expect(base).toMatchObject({
      field: 'Thing_Name',
      mappingVersion: expect.stringMatching(/^f1\/v1\//),
      keyId: 'key-1',
    });
    expect(JSON.stringify(base)).not.toContain('Planted');
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
