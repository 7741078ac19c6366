import { describe, expect, test } from '@jest/globals';
import { createSnippets } from '../apex-snippet.ts';

const run = createSnippets({
  'Shapes.cls': `public class Shapes {
    public class ProblemException extends Exception {}
    public virtual class Shape { public Integer sides = 3; private String note; }
    public class Square extends Shape { public override String toString() { return 'a square'; } }
    public interface Named { String name(); }
    public enum Season { WINTER, Spring }
    public static void fail() {
      throw new ProblemException('inner');
    }
    public static void wrap() {
      try { fail(); } catch (Exception e) { throw new ProblemException('outer', e); }
    }
  }`,
});

const caught = (statement: string, type = 'Exception'): string =>
  run(`try { ${statement} } catch (${type} e) { System.debug(e.getTypeName() + ': ' + e.getMessage()); }`)[0] ??
  'nothing';

/** The assertion's message; nothing in Apex can catch it. */
const assertion = (statement: string): string => {
  try {
    run(statement);
  } catch (error) {
    return error instanceof Object && 'message' in error ? String(error.message) : String(error);
  }
  return 'nothing';
};

describe('exceptions', () => {
  test('have four constructors and tell their cause, type, line and stack', () =>
    expect(
      run(`
        try { Shapes.wrap(); } catch (Shapes.ProblemException e) {
          System.debug(e.getMessage() + ' ' + e.getCause().getMessage() + ' ' + e.getTypeName() + ' ' + e.getLineNumber());
          System.debug(e.getCause().getStackTraceString());
        }
        System.debug(new Shapes.ProblemException().getMessage() + ' ' + new Shapes.ProblemException(new Shapes.ProblemException('c')).getCause().getMessage());
        Exception e = new DmlException('d'); e.setMessage('changed'); e.initCause(new Shapes.ProblemException('i'));
        System.debug(e.getMessage() + ' ' + e.getCause().getMessage() + ' ' + e);
      `),
    ).toEqual([
      'outer inner Shapes.ProblemException 11',
      expect.stringMatching(
        /^Class\.Shapes\.fail: line 8, column 1\nClass\.Shapes\.wrap: line 11, column 1\nAnonymousBlock: line 2, column 1$/,
      ),
      'Script-thrown exception c',
      'changed i System.DmlException: changed',
    ]));

  test('of the platform have their documented texts', () => {
    expect(caught('String s; s.length();')).toBe('System.NullPointerException: Attempt to de-reference a null object');
    expect(caught("'a'.contains(null);")).toBe('System.NullPointerException: Argument 1 cannot be null');
    expect(caught('Integer i = 1 / 0;', 'MathException')).toBe('System.MathException: Divide by 0');
    expect(caught("Id i = Id.valueOf('x');", 'StringException')).toBe('System.StringException: Invalid id: x');
    expect(caught("Integer.valueOf('1.5');", 'TypeException')).toBe('System.TypeException: Invalid integer: 1.5');
    expect(caught('new List<Integer>()[0] = 1;', 'ListException')).toBe(
      'System.ListException: List index out of bounds: 0',
    );
  });

  test('an AuraHandledException hides its text from Apex until it is set', () =>
    expect(
      run(`
        AuraHandledException e = new AuraHandledException('for the browser');
        System.debug(e.getMessage()); e.setMessage('seen'); System.debug(e.getMessage());
      `),
    ).toEqual(['Script-thrown exception', 'seen']));
});

describe('assertions', () => {
  test.each([
    ['System.assertEquals(1, 2);', 'Expected: 1, Actual: 2'],
    ["System.assertEquals('a', 'A', 'why');", 'why: Expected: a, Actual: A'],
    ['System.assertNotEquals(1, 1);', 'Same value: 1'],
    ["Assert.areEqual(1.5, null, 'why');", 'why: Expected: 1.5, Actual: null'],
    ["Assert.fail('no');", 'no'],
    ["Assert.isInstanceOfType('a', Integer.class);", 'Expected type: Integer, Actual type: String'],
  ])('%s', (statement, detail) => expect(assertion(statement)).toContain(`Assertion Failed: ${detail}`));

  test('that hold say nothing', () =>
    expect(
      run(`
        System.assertEquals(1, 1L); System.assertEquals(1.0, 1.00); Assert.areEqual(new List<Integer>{1}, new List<Integer>{1});
        Assert.isNull(null); Assert.isTrue(true); Assert.isInstanceOfType(new Shapes.Square(), Shapes.Shape.class);
        Assert.areEqual('001000000000001', (Id) '001000000000001AAA');
      `),
    ).toEqual([]));

  test('cannot be caught by Apex', () =>
    expect(
      assertion("try { System.assert(false, 'gone'); } catch (Exception e) { System.debug('caught'); }"),
    ).toContain('Assertion Failed: gone'));
});

describe('types', () => {
  test('are found by name in whatever case and make objects', () =>
    expect(
      run(`
        System.debug(Type.forName('shapes.SQUARE').newInstance());
        System.debug(Type.forName('Nope') == null);
        System.debug(Type.forName('', 'Shapes').getName() + ' ' + Shapes.Shape.class + ' ' + List<String>.class.getName());
        System.debug(Shapes.Shape.class.isAssignableFrom(Shapes.Square.class) + ' ' + Shapes.Square.class.isAssignableFrom(Shapes.Shape.class));
        System.debug(((List<String>) Type.forName('List<String>').newInstance()).size() + ' ' + ((Account) Account.class.newInstance()));
        System.debug(Type.forName('Shapes.Square') == Shapes.Square.class);
        System.debug(new Map<Type, Integer>{ Shapes.Square.class => 1 }.get(Type.forName('Shapes.Square')));
      `),
    ).toEqual(['a square', 'true', 'Shapes Shapes.Shape List<String>', 'true false', '0 Account:{}', 'true', '1']));

  test('objects show their fields, unless they say otherwise', () =>
    expect(run(`System.debug(new Shapes.Shape()); System.debug('' + new Shapes.Square());`)).toEqual([
      'Shape:[sides=3, note=null]',
      'a square',
    ]));

  test('enums', () =>
    expect(
      run(`
        System.debug(Shapes.Season.values() + ' ' + Shapes.Season.valueOf('spring') + ' ' + Shapes.Season.Spring.ordinal() + Shapes.Season.WINTER.name());
        try { Shapes.Season.valueOf('summer'); } catch (NoSuchElementException e) { System.debug(e.getTypeName()); }
        System.debug(RoundingMode.valueOf('up') == System.RoundingMode.UP);
      `),
    ).toEqual(['(WINTER, Spring) Spring 1WINTER', 'System.NoSuchElementException', 'true']));
});

describe('System, Math and numbers in Apex', () => {
  test('now and today are those of the transaction', () =>
    expect(
      run(
        `System.debug(System.now().getTime() == System.currentTimeMillis()); System.debug(String.valueOf(System.today()));`,
      ),
    ).toEqual(['true', '2026-11-23']));

  test('Math rounds a half of a Decimal to the even neighbor', () =>
    expect(
      run(`
        System.debug(Math.round(4.5) + ' ' + Math.round(5.5) + ' ' + Math.roundToLong(-2.5) + ' ' + Math.ceil(1.1) + ' ' + Math.floor(-1.1));
        System.debug(Math.mod(-7, 3) + ' ' + Math.abs(-1.50) + ' ' + Math.max(1, 2) + ' ' + Math.min(1.10, 1.2) + ' ' + Math.pow(2, 10) + ' ' + Math.sqrt(2.25));
      `),
    ).toEqual(['4 6 -2 2 -2', '-1 1.50 2 1.10 1024.0 1.5']));

  test('Decimal methods', () =>
    expect(
      run(`
        Decimal d = 1234.5650;
        System.debug(d.setScale(2) + ' ' + d.setScale(2, RoundingMode.UP) + ' ' + d.divide(3, 2) + ' ' + d.divide(3, 2, System.RoundingMode.DOWN));
        System.debug(d.scale() + ' ' + d.precision() + ' ' + d.stripTrailingZeros() + ' ' + d.format() + ' ' + d.intValue() + ' ' + d.round() + ' ' + d.pow(2));
        System.debug(Decimal.valueOf('1.50') * 2 + ' ' + Decimal.valueOf(3) + ' ' + 10.0 / 4);
      `),
    ).toEqual(['1234.56 1234.57 411.52 411.52', '4 8 1234.565 1,234.565 1234 1235 1524150.73922500', '3.00 3 2.5']));

  test('Boolean, Long and Double read what Apex reads', () =>
    expect(
      run(`
        System.debug(Boolean.valueOf('TRUE') + ' ' + Boolean.valueOf('yes') + ' ' + Long.valueOf('5000000000') + ' ' + Double.valueOf('1.5e3'));
        System.debug(Integer.valueOf('42') + 1 + ' ' + 1234567.format() + ' ' + 5000000000L.intValue());
      `),
    ).toEqual(['true false 5000000000 1500.0', '43 1,234,567 705032704']));
});

describe('small classes', () => {
  test('Url', () =>
    expect(
      run(`
        Url u = new Url('https://me@host.example:8443/a/b?x=1#top');
        System.debug(u.getProtocol() + ' ' + u.getHost() + ' ' + u.getPort() + ' ' + u.getPath() + ' ' + u.getQuery() + ' ' + u.getRef() + ' ' + u.getFile() + ' ' + u.getAuthority() + ' ' + u.getDefaultPort());
        System.debug(u.toExternalForm() + ' ' + new Url('https://host.example/x').getPort());
        try { new Url('host'); } catch (Exception e) { System.debug(e.getMessage()); }
      `),
    ).toEqual([
      'https host.example 8443 /a/b x=1 top /a/b?x=1 me@host.example:8443 443',
      'https://me@host.example:8443/a/b?x=1#top -1',
      'no protocol: host',
    ]));

  test('PageReference, Version, UUID, Request', () =>
    expect(
      run(`
        PageReference p = new PageReference('/apex/x?a=1'); p.getParameters().put('b', 'c d'); System.debug(p.getUrl());
        System.debug(new Version(1, 2).compareTo(new Version(1, 10)) + ' ' + new Version(1, 2, 3).patch());
        System.debug(Pattern.matches('[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}', UUID.randomUUID().toString()));
        System.debug(UUID.fromString('123E4567-e89b-42d3-a456-556642440000').toString());
        System.debug(Request.getCurrent().getQuiddity());
      `),
    ).toEqual(['/apex/x?a=1&b=c+d', '-1 3', 'true', '123e4567-e89b-42d3-a456-556642440000', 'ANONYMOUS']));

  test('Id', () =>
    expect(
      run(`
        Id i = '001000000000001'; System.debug(i.to15() + ' ' + i + ' ' + i.getSObjectType() + ' ' + (i == '001000000000001'));
        try { Id.valueOf('zzz000000000001').getSObjectType(); } catch (SObjectException e) { System.debug('unknown'); }
      `),
    ).toEqual(['001000000000001 001000000000001AAA Account true', 'unknown']));
});
