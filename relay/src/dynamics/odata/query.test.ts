import { describe, expect, it } from '@jest/globals';
import type { EntityDescription, EntityField, FieldType, FindRequest } from '../connector.ts';
import { findPaths, MAX_URL_LENGTH, meetsExactly, nextPath, readPath } from './query.ts';

const STRING: FieldType = { kind: 'string', maxLength: null };
const fields = new Map<string, EntityField>(
  ['dataAreaId', 'Number', 'Name'].map((name) => [name, { name, type: STRING, isKey: name !== 'Name' }]),
);
const THINGS: EntityDescription = {
  entitySet: 'Things',
  entityType: 'N.Thing',
  key: ['dataAreaId', 'Number'],
  companyField: 'dataAreaId',
  fields,
  navigation: new Map(),
  modifiedField: null,
};

const byName = (...names: string[]): FindRequest => ({
  entitySet: 'Things',
  company: 'USMF',
  anyOf: names.map((value) => [{ field: 'Name', value }]),
  fields: ['Name'],
  limit: 5,
});

const decoded = (path: string | undefined): string => decodeURIComponent(path ?? '');

describe('paths', () => {
  it('open all companies, name the wanted fields and order by the key', () => {
    const path = readPath(THINGS, { key: { dataAreaId: 'usmf', Number: '1' }, fields: ['Name'] });

    expect(path).toBe("Things(dataAreaId='usmf',Number='1')?cross-company=true&$select=dataAreaId,Number,Name");
    expect(decoded(findPaths(THINGS, byName('x'))[0])).toBe(
      "Things?cross-company=true&$select=dataAreaId,Number,Name&$orderby=dataAreaId,Number&$top=5&$filter=dataAreaId eq 'usmf' and (Name eq 'x')",
    );
  });

  it('join groups by or, and conditions by and, within brackets', () => {
    const request = { ...byName('a', 'b'), company: null };

    expect(decoded(findPaths(THINGS, request)[0])).toMatch(/\$filter=\(Name eq 'a'\) or \(Name eq 'b'\)$/);
  });

  it('begin at a day where one is given, with or without other conditions', () => {
    const since = { field: 'Name', value: '2026-11-09' };
    const all = { ...byName(), anyOf: [[]], since };

    expect(decoded(findPaths(THINGS, all)[0])).toMatch(/\$filter=dataAreaId eq 'usmf' and Name ge '2026-11-09'$/);
    expect(decoded(findPaths(THINGS, { ...byName('x'), since })[0])).toMatch(
      /\$filter=dataAreaId eq 'usmf' and Name ge '2026-11-09' and \(Name eq 'x'\)$/,
    );
  });

  it('split a long question so that every address stays within the limit, and lose no group', () => {
    const names = Array.from({ length: 400 }, (_each, index) => `a name that takes some room ${index}`);

    const paths = findPaths(THINGS, byName(...names));

    expect(paths.length).toBeGreaterThan(1);
    expect(Math.max(...paths.map(({ length }) => length))).toBeLessThanOrEqual(MAX_URL_LENGTH + 100);
    expect(paths.flatMap((path) => decoded(path).match(/Name eq '[^']+'/g) ?? [])).toHaveLength(400);
  });

  it('do not cut a search for a value with * short, since its candidates are judged afterwards', () => {
    expect(findPaths(THINGS, byName('a*b'))[0]).not.toContain('$top');
  });

  it('refuse a field that the set does not have', () => {
    expect(() => findPaths(THINGS, { ...byName('x'), fields: ['Nope'] })).toThrow(
      expect.objectContaining({ code: 'FIELD_UNKNOWN' }),
    );
  });
});

describe('meetsExactly', () => {
  it.each([
    ['a*b', 'A*B', true],
    ['a*b', 'A*B ', true],
    ['a*b', 'AxxB', false],
    ['*', 'anything', false],
  ])('asks for %s and judges %s: %s', (wanted, value, verdict) => {
    expect(meetsExactly(byName(wanted), { Name: value })).toBe(verdict);
  });
});

describe('nextPath', () => {
  const root = new URL('https://env.example/data/');

  it('stays on the environment, with all companies', () => {
    expect(nextPath('https://env.example/data/Things?$skip=10&$top=10', root)).toBe(
      'Things?$skip=10&$top=10&cross-company=true',
    );
  });

  it.each([
    'https://evil.example/data/Things?$skip=10',
    'https://env.example.evil.example/data/Things',
    'https://env.example:444/data/Things',
    'https://env.example/other/Things',
    'https://env.example/data/../other/Things',
    '//evil.example/data/Things',
  ])('refuses %s', (link) => {
    expect(() => nextPath(link, root)).toThrow(expect.objectContaining({ code: 'UNEXPECTED' }));
  });
});
