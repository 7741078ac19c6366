import { describe, expect, it } from '@jest/globals';
import { RelayError } from '../errors.ts';
import { parseForwardQuery } from './forward-query.ts';

describe('parseForwardQuery', () => {
  it('always asks across companies', () => {
    expect(parseForwardQuery('').text).toBe('cross-company=true');
    expect(parseForwardQuery('cross-company=true').text).toBe('cross-company=true');
  });

  it.each([
    ['$filter=dataAreaId eq %27usmf%27', "$filter=dataAreaId%20eq%20'usmf'"],
    ['%24top=5&$skip=10', '$top=5&$skip=10'],
    ['$select=CustomerAccount,OrganizationName', '$select=CustomerAccount%2COrganizationName'],
    ['$select=*', '$select=*'],
    ['$orderby=CustomerAccount+desc,dataAreaId', '$orderby=CustomerAccount%20desc%2CdataAreaId'],
    ['$count=true', '$count=true'],
    ["$filter=Name eq 'a%2Fb%26$top=9'", "$filter=Name%20eq%20'a%2Fb%26%24top%3D9'"],
    ["$filter=contains(Name,'O''Neil')", "$filter=contains(Name%2C'O''Neil')"],
    [
      "$filter=Hold eq Microsoft.Dynamics.DataEntities.NoYes'Yes' and Amount gt -1.5",
      "$filter=Hold%20eq%20Microsoft.Dynamics.DataEntities.NoYes'Yes'%20and%20Amount%20gt%20-1.5",
    ],
    ['$filter=Modified ge 2026-11-23T10:00:00Z', '$filter=Modified%20ge%202026-11-23T10%3A00%3A00Z'],
  ])('passes %s on, encoded anew', (query, text) => {
    expect(parseForwardQuery(query).text).toBe(`cross-company=true&${text}`);
  });

  it('tells what is expanded', () => {
    expect(parseForwardQuery('$expand=Lines, Customer').expands).toEqual(['Lines', 'Customer']);
  });

  it.each([
    ['another company scope', 'cross-company=false'],
    ['an unknown option', '$apply=aggregate(x)'],
    ['an option of its own', 'x=1'],
    ['a member of every object', '__proto__=1'],
    ['a method override', '_method=DELETE'],
    ['an option twice', '$top=1&$top=2'],
    ['an option twice, once encoded', '$top=1&%24top=2'],
    ['an empty part', '$top=1&&$skip=1'],
    ['a doubly encoded name', '%2524top=1'],
    ['a skip token', '$skiptoken=x'],
    ['a format', '$format=application/json'],
    ['a number that is none', '$top=all'],
    ['a negative number', '$top=-1'],
    ['navigation in the filter', '$filter=Customer/CreditLimit gt 1'],
    ['a lambda in the filter', '$filter=Lines/any(l:l/Amount gt 1)'],
    ['the root in the filter', '$filter=$root eq 1'],
    ['an alias in the filter', '$filter=Name eq @p'],
    ['an open string in the filter', "$filter=Name eq 'x"],
    ['navigation in the selection', '$select=Lines/Amount'],
    ['navigation in the order', '$orderby=Customer/Name'],
    ['options inside an expansion', '$expand=Lines($expand=Prices)'],
    ['an expansion over two steps', '$expand=Lines/Prices'],
    ['an expansion of everything', '$expand=*'],
    ['a line break', '$filter=Name eq %27a%0d%0a%27'],
    ['what cannot be decoded', '$filter=%ZZ'],
  ])('refuses %s', (_case, query) => {
    expect(() => parseForwardQuery(query)).toThrow(RelayError);
    expect(() => parseForwardQuery(query)).toThrow(/The forwarded query/);
  });
});
