import { describe, expect, it } from '@jest/globals';
import { RelayError } from '../errors.ts';
import { parseForwardPath } from './forward-path.ts';

const parse = (rest: string) => parseForwardPath(`/v1/forward/${rest}`);

describe('parseForwardPath', () => {
  it('reads connection, entity set and query', () => {
    expect(parse('contoso/CustomersV3?$top=1')).toEqual({
      connection: 'contoso',
      entitySet: 'CustomersV3',
      key: null,
      path: '/data/CustomersV3',
      query: '$top=1',
    });
  });

  it.each([
    ["dataAreaId='usmf',CustomerAccount='US-001'", "dataAreaId='usmf',CustomerAccount='US-001'"],
    [
      'dataAreaId=%27usmf%27,CustomerAccount=%27O%27%27Neil%26%23%3F%27',
      "dataAreaId='usmf',CustomerAccount='O''Neil%26%23%3F'",
    ],
    ["CustomerAccount='a%20(b),c=d'", "CustomerAccount='a%20(b)%2Cc%3Dd'"],
    ["'US..001'", "'US..001'"],
    ["'%C3%9Cber'", "'%C3%9Cber'"],
    ['5637144576', '5637144576'],
    ['RecId=-1,Amount=1.50', 'RecId=-1,Amount=1.50'],
    ['Id=3C47A4CD-6EDC-4319-B893-3F862EED65FD', 'Id=3C47A4CD-6EDC-4319-B893-3F862EED65FD'],
    ['ValidFrom=2026-11-23T12:00:00Z,Day=2026-11-23', 'ValidFrom=2026-11-23T12%3A00%3A00Z,Day=2026-11-23'],
    [
      "Kind=Microsoft.Dynamics.DataEntities.NoYes'Yes',Flag=true",
      "Kind=Microsoft.Dynamics.DataEntities.NoYes'Yes',Flag=true",
    ],
  ])('rebuilds the key %s', (key, rebuilt) => {
    expect(parse(`contoso/CustomersV3(${key})`).path).toBe(`/data/CustomersV3(${rebuilt})`);
  });

  it('keeps the key readable for the audit', () => {
    expect(parse("contoso/CustomersV3(dataAreaId=%27usmf%27,CustomerAccount='O''N')").key).toBe(
      "dataAreaId='usmf',CustomerAccount='O''N'",
    );
  });

  it.each([
    ['nothing', ''],
    ['a connection alone', 'contoso'],
    ['no entity set', 'contoso/'],
    ['a trailing slash', 'contoso/CustomersV3/'],
    ['the data folder itself', 'contoso/data/CustomersV3'],
    ['a batch', 'contoso/$batch'],
    ['an encoded batch', 'contoso/%24batch'],
    ['the metadata', 'contoso/$metadata'],
    ['a count below the set', 'contoso/CustomersV3/$count'],
    ['a dot', 'contoso/.'],
    ['two dots', 'contoso/..'],
    ['dots up and down', 'contoso/../../api/services'],
    ['dots behind the set', 'contoso/CustomersV3/../SalesOrderHeadersV4'],
    ['encoded dots', 'contoso/%2e%2e/CustomersV3'],
    ['half-encoded dots', 'contoso/.%2e/CustomersV3'],
    ['dots instead of the connection', '../contoso/CustomersV3'],
    ['an encoded slash', 'contoso/CustomersV3%2FMicrosoft.Dynamics.X'],
    ['a doubly encoded slash', 'contoso/CustomersV3%252F..'],
    ['a backslash', 'contoso\\..\\CustomersV3'],
    ['an encoded backslash', 'contoso/CustomersV3%5C..'],
    ['a double slash', 'contoso//CustomersV3'],
    ['a leading double slash', '/contoso/CustomersV3'],
    ['an action', 'contoso/CustomersV3/Microsoft.Dynamics.DataEntities.release'],
    ['an action on a record', "contoso/CustomersV3('1')/Microsoft.Dynamics.DataEntities.release"],
    ['navigation', "contoso/CustomersV3('1')/SalesOrders"],
    ['a reference', "contoso/CustomersV3('1')/SalesOrders/$ref"],
    ['an absolute address', 'contoso/https://evil.example/data/X'],
    ['a foreign host', 'contoso//evil.example/data/X'],
    ['a user in front of a host', 'contoso/@evil.example'],
    ['a port', 'contoso/:8080/CustomersV3'],
    ['a fragment', 'contoso/CustomersV3#x'],
    ['a fragment in the query', 'contoso/CustomersV3?$top=1#x'],
    ['a semicolon parameter', 'contoso/CustomersV3;x=1'],
    ['a null byte', 'contoso/CustomersV3%00'],
    ['a line break', 'contoso/CustomersV3%0d%0aHost:evil'],
    ['an encoded question mark', 'contoso/CustomersV3%3F$top=1'],
    ['an overlong slash', 'contoso/CustomersV3%c0%af..'],
    ['a full-width slash', 'contoso/CustomersV3%EF%BC%8F..'],
    ['raw bytes above ASCII', 'contoso/Cust\u00fcmers'],
    ['a space', 'contoso/Customers V3'],
    ['an empty key', 'contoso/CustomersV3()'],
    ['an open parenthesis', "contoso/CustomersV3('1'"],
    ['a key twice', "contoso/CustomersV3('1')('2')"],
    ['a slash in the key', "contoso/CustomersV3('a/b')"],
    ['an encoded slash in the key', "contoso/CustomersV3('a%2Fb')"],
    ['a doubly encoded slash in the key', "contoso/CustomersV3('a%252Fb')"],
    ['a backslash in the key', "contoso/CustomersV3('a%5Cb')"],
    ['a line break in the key', "contoso/CustomersV3('a%0Ab')"],
    ['a key that cannot be decoded', "contoso/CustomersV3('%ZZ')"],
    ['a key that closes early', "contoso/CustomersV3('a')%2FMicrosoft.X(')"],
    ['an unbalanced quote', "contoso/CustomersV3('a'b')"],
    ['a bare word as key', 'contoso/CustomersV3(abc)'],
    ['a trailing comma', "contoso/CustomersV3(a='1',)"],
    ['a function call as key', "contoso/CustomersV3(a=concat('x','y'))"],
    ['a parameter alias', 'contoso/CustomersV3(a=@p)'],
    ['a lambda', 'contoso/CustomersV3(x%3Dy%2Fany())'],
  ])('refuses %s', (_case, rest) => {
    expect(() => parse(rest)).toThrow(RelayError);
    expect(() => parse(rest)).toThrow(/The forwarded path/);
  });

  it.each(['http://evil.example/v1/forward/contoso/CustomersV3', '/v1/forwardx/contoso/CustomersV3', '*', ''])(
    'refuses the address %j',
    (url) => {
      expect(() => parseForwardPath(url)).toThrow(/The forwarded path/);
    },
  );

  it('needs no long time for long hostile keys', () => {
    const startedAt = performance.now();

    expect(() => parse(`contoso/X(${"a='1',".repeat(2500)})`)).toThrow(RelayError);
    expect(() => parse(`contoso/X('${"''".repeat(7000)}x)`)).toThrow(RelayError);

    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
