import { describe, expect, test } from '@jest/globals';
import type { EntityRecord, Value } from '../dynamics/connector.ts';
import { aField, aHashKey, aLink, aMapping, anEntity, aUnit, TEXT } from '../../../test/support/mapping-builders.ts';
import { unitMarker } from './marker.ts';
import type { EntityMapping } from './mapping.ts';
import { basesAfter, merge } from './merge.ts';
import { type LineInput, planLines, planRecord } from './plan.ts';
import type { Base } from './unit.ts';

const key = aHashKey();
const entity = anEntity({ Marker: TEXT });
const name = aField({ policy: 'Ask' });
const child = aMapping({ name: 'Line', fields: [name], markerField: 'Marker' });
const keyText = (recordKey: EntityRecord['key']): string => String(recordKey['Number']);

const unitOf = (id: string) => aUnit({ recordId: id, mapping: 'Line' });
const line = (id: string, value: Value) => ({
  unit: unitOf(id),
  marker: unitMarker(unitOf(id)),
  mapped: [{ field: name, dynamicsField: 'Name', value, input: { Name: value } }],
});
const record = (number: string, value: Value, marker: Value = null): EntityRecord => ({
  key: { dataAreaId: 'usmf', Number: number },
  values: { Number: number, Name: value, Marker: marker },
  etag: null,
});
const linkTo = (id: string, number: string, agreed: Value) =>
  aLink({ id: `link-${id}`, unit: unitOf(id), dynamicsKey: number }, basesOf(agreed));

function basesOf(value: Value): Base[] {
  const verdicts = merge({ mapping: child, entity, mapped: line('x', value).mapped, current: null, bases: [], key });
  const confirmedInSalesforce = () => true;
  return basesAfter({ verdicts, readBack: { Name: value }, entity, mapping: child, key, confirmedInSalesforce });
}

function plans(input: Partial<LineInput>) {
  return planLines({ child, entity, lines: [], links: [], current: [], keyText, key, ...input });
}

const actions = (input: Partial<LineInput>) => plans(input).map(({ unit, action }) => `${unit.recordId} ${action}`);

describe('a record', () => {
  const verdictOf = (value: Value, current: Value | undefined, bases: Base[] = []) =>
    merge({
      mapping: child,
      entity,
      mapped: line('x', value).mapped,
      current: current === undefined ? null : { Name: current },
      bases,
      key,
    });

  test('that is new is created with what is not blank', () => {
    expect(planRecord(verdictOf('Acme', undefined), true)).toMatchObject({
      action: 'create',
      values: { Name: 'Acme' },
    });
    expect(planRecord(verdictOf(null, undefined), true)).toMatchObject({ action: 'create', values: {} });
  });

  test('that moved is updated in what moved, emptied fields too', () => {
    expect(planRecord(verdictOf('b', 'a', basesOf('a')), false)).toMatchObject({
      action: 'update',
      values: { Name: 'b' },
    });
    expect(planRecord(verdictOf(null, 'a', basesOf('a')), false)).toMatchObject({
      action: 'update',
      values: { Name: null },
    });
  });

  test('that did not move is left alone', () => {
    expect(planRecord(verdictOf('a', 'a', basesOf('a')), false)).toEqual({
      action: 'none',
      values: {},
      toSalesforce: [],
      conflicts: [],
    });
  });

  test('with a conflict names it and writes the rest', () => {
    const plan = planRecord(verdictOf('b', 'c', basesOf('a')), false);

    expect(plan).toMatchObject({ action: 'none', values: {}, conflicts: [{ name: 'Thing_Name' }] });
  });
});

describe('lines', () => {
  test('are created, changed and left as they are', () => {
    const input = {
      lines: [line('A', 'a'), line('B', 'b2'), line('C', 'c')],
      links: [linkTo('A', '1', 'a'), linkTo('B', '2', 'b')],
      current: [record('1', 'a'), record('2', 'b')],
    };

    const result = plans(input);

    expect(result.map(({ unit, action, values }) => [unit.recordId, action, values])).toEqual([
      ['A', 'none', {}],
      ['B', 'update', { Name: 'b2' }],
      ['C', 'create', { Name: 'c' }],
    ]);
  });

  test('that were created although the link was not stored are found by their marker', () => {
    const lost = line('A', 'a');

    const [plan] = plans({ lines: [lost], current: [record('7', 'a', lost.marker)] });

    expect(plan).toMatchObject({ action: 'none', current: { key: { Number: '7' } } });
    expect(plan?.verdicts[0]?.verdict).toBe('agreed');
  });

  test('are not found by a marker that a linked line carries', () => {
    const copied = line('B', 'b');
    const input = {
      lines: [line('A', 'a'), copied],
      links: [linkTo('A', '1', 'a')],
      current: [record('1', 'a', copied.marker)],
    };

    expect(actions(input)).toEqual(['A none', 'B create']);
  });

  test('that finance added are not in the plan', () => {
    const input = {
      lines: [line('A', 'a')],
      links: [linkTo('A', '1', 'a')],
      current: [record('1', 'a'), record('9', 'theirs')],
    };

    expect(actions(input)).toEqual(['A none']);
  });

  test('that both sides changed are refused, naming the line', () => {
    const input = { lines: [line('A', 'mine')], links: [linkTo('A', '1', 'a')], current: [record('1', 'theirs')] };

    const [plan] = plans(input);

    expect(plan).toMatchObject({
      action: 'refused',
      faults: [{ code: 'FIELDS_IN_CONFLICT', message: expect.stringContaining('Line A') }],
    });
  });

  test('that are gone in Dynamics are refused, not created again', () => {
    const input = { lines: [line('A', 'a')], links: [linkTo('A', '1', 'a')], current: [] };

    expect(plans(input)).toMatchObject([{ action: 'refused', faults: [{ code: 'DYNAMICS_RECORD_GONE' }] }]);
  });

  test.each<[EntityMapping['deletePolicy'], string, string[]]>([
    ['Ignore', 'left', []],
    ['Deactivate', 'remove', []],
    ['Block', 'refused', ['DELETE_BLOCKED']],
  ])('that Salesforce removed are, under policy %s, %s', (deletePolicy, action, codes) => {
    const input = { child: { ...child, deletePolicy }, links: [linkTo('A', '1', 'a')], current: [record('1', 'a')] };

    const [plan] = plans(input);

    expect(plan?.action).toBe(action);
    expect(plan?.current?.key['Number']).toBe('1');
    expect(plan?.faults.map(({ code }) => code)).toEqual(codes);
  });

  test('that both sides removed need nothing', () => {
    expect(plans({ links: [linkTo('A', '1', 'a')] })).toMatchObject([{ action: 'none', current: null, verdicts: [] }]);
  });

  test('with a link that was let go are new again', () => {
    const gone = aLink({ unit: unitOf('A'), dynamicsKey: '1', state: 'gone' });

    expect(actions({ lines: [line('A', 'a')], links: [gone] })).toEqual(['A create']);
  });

  test('planned twice are planned the same', () => {
    const input = { lines: [line('A', 'a2')], links: [linkTo('A', '1', 'a')], current: [record('1', 'a')] };

    expect(plans(input)).toEqual(plans(input));
  });
});
