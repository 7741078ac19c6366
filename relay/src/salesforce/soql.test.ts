import { describe, expect, it } from '@jest/globals';
import { distinctNames, inQueries, soqlId, soqlName, soqlText } from './soql.ts';

describe('soqlText', () => {
  it.each([
    ["O'Neil", String.raw`'O\'Neil'`],
    [String.raw`a\' OR Name != '`, String.raw`'a\\\' OR Name != \''`],
    ['two\nlines', String.raw`'two\nlines'`],
    ['"quoted"', String.raw`'\"quoted\"'`],
  ])('keeps %p inside its quotes', (text, literal) => {
    expect(soqlText(text)).toBe(literal);
  });
});

describe('soqlName', () => {
  it('accepts names and paths', () => {
    expect(soqlName('Account.Parent.CustomerNumber__c')).toBe('Account.Parent.CustomerNumber__c');
  });

  it.each(['', 'Name FROM User', 'Name,Id', '1abc', 'A..B', 'a.b.c.d.e.f.g', "Name'"])('refuses %p', (name) => {
    expect(() => soqlName(name)).toThrow(expect.objectContaining({ code: 'FIELD_UNKNOWN' }));
  });
});

describe('soqlId', () => {
  it.each(["001') OR (Name LIKE '%", '001', '001A0000006Vm9uIACX'])('refuses %p', (id) => {
    expect(() => soqlId(id)).toThrow(expect.objectContaining({ code: 'REQUEST_MALFORMED' }));
  });
});

describe('distinctNames', () => {
  it('keeps each name once whatever its case', () => {
    expect(distinctNames(['Id', 'Name', 'id'])).toHaveLength(2);
  });
});

describe('inQueries', () => {
  it('asks for at most 200 at a time, and for each once', () => {
    const queries = inQueries(
      'SELECT Id FROM Account WHERE Id IN ',
      Array.from({ length: 450 }, (_, n) => `'${n}'`),
    );

    expect(queries).toHaveLength(3);
    expect(queries.join().match(/'\d+'/g)).toHaveLength(450);
  });

  it('stays within the length of a URL', () => {
    const queries = inQueries(
      'SELECT Id FROM A WHERE K IN ',
      Array.from({ length: 200 }, () => `'${'é'.repeat(200)}'`),
    );

    for (const query of queries) expect(encodeURIComponent(query).length).toBeLessThan(13_000);
    expect(queries.length).toBeGreaterThan(10);
  });

  it('asks nothing for nothing', () => {
    expect(inQueries('SELECT Id FROM A WHERE K IN ', [])).toEqual([]);
  });
});
