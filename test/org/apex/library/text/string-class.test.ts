import { describe, expect, test } from '@jest/globals';
import { types } from '../../types.ts';
import { ApexDate } from '../../runtime/values/apex-date.ts';
import { ApexDatetime } from '../../runtime/values/apex-datetime.ts';
import { ApexDecimal } from '../../runtime/values/apex-decimal.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexSet } from '../../runtime/values/apex-set.ts';
import { platformCall, thrownBy } from '../platform-call.ts';
import { stringClass } from './string-class.ts';

const { on, statically } = platformCall(stringClass);
const list = (...items: unknown[]): ApexList => new ApexList(types.String, items);
const itemsOf = (value: unknown): unknown[] => (value as ApexList).items;

type Case = readonly [self: string, method: string, args: readonly unknown[], result: unknown];

function check(cases: readonly Case[]): void {
  test.each(cases)('%j.%s%j = %j', (self, method, args, result) => {
    const signatureArgs = args.map((arg) => (typeof arg === 'number' ? 'Integer' : 'String')).join(', ');
    expect(on(self, `${method}(${signatureArgs})`, ...args)).toEqual(result);
  });
}

describe('parts of a text', () => {
  check([
    ['Hello', 'left', [2], 'He'],
    ['Hello', 'left', [9], 'Hello'],
    ['Hello', 'left', [-1], ''],
    ['Hello', 'right', [2], 'lo'],
    ['Hello', 'right', [0], ''],
    ['Hello', 'mid', [1, 3], 'ell'],
    ['Hello', 'mid', [3, 9], 'lo'],
    ['Hello', 'substring', [1, 3], 'el'],
    ['Hello', 'substring', [5], ''],
    ['a.b.c', 'substringBefore', ['.'], 'a'],
    ['a.b.c', 'substringBeforeLast', ['.'], 'a.b'],
    ['a.b.c', 'substringAfter', ['.'], 'b.c'],
    ['a.b.c', 'substringAfterLast', ['.'], 'c'],
    ['abc', 'substringAfter', ['.'], ''],
    ['abc', 'substringBefore', ['.'], 'abc'],
    ['[x][y]', 'substringBetween', ['[', ']'], 'x'],
    ['tagYtag', 'substringBetween', ['tag'], 'Y'],
    ['abc', 'substringBetween', ['['], null],
    ['Hello Maximillian', 'abbreviate', [8], 'Hello...'],
    ['Hello Max', 'abbreviate', [20], 'Hello Max'],
    ['abcdefghijklmno', 'abbreviate', [10, 6], '...ghij...'],
    ['abcdefghijklmno', 'abbreviate', [10, 15], '...ijklmno'],
    ['ab', 'difference', ['abxyz'], 'xyz'],
    ['Ångström', 'charAt', [0], 197],
    ['a😀', 'codePointAt', [1], 0x1f600],
    ['a😀', 'codePointBefore', [3], 0x1f600],
    ['a😀', 'codePointCount', [0, 3], 2],
  ]);

  test('places beyond the text are refused', () => {
    expect(thrownBy(() => on('abc', 'substring(Integer)', 4))).toBe(
      'System.StringException: Starting position out of bounds: 4',
    );
    expect(thrownBy(() => on('abc', 'substring(Integer, Integer)', 1, 9))).toBe(
      'System.StringException: Ending position out of bounds: 9',
    );
    expect(thrownBy(() => on('abc', 'charAt(Integer)', 3))).toMatch(/^System.StringException/);
    expect(thrownBy(() => on('abc', 'left(Integer)', null))).toBe(
      'System.NullPointerException: Argument 1 cannot be null',
    );
  });

  test("getChars and fromCharArray are each other's inverse", () => {
    const codes = on('Aé', 'getChars()') as ApexList;
    expect(codes.items).toEqual([65, 233]);
    expect(statically('fromCharArray(List<Integer>)', codes)).toBe('Aé');
  });
});

describe('searching', () => {
  check([
    ['Salesforce', 'contains', ['force'], true],
    ['Salesforce', 'contains', ['Force'], false],
    ['Salesforce', 'containsIgnoreCase', ['FORCE'], true],
    ['abc', 'containsAny', ['xyzc'], true],
    ['abc', 'containsNone', ['xyz'], true],
    ['abba', 'containsOnly', ['ab'], true],
    ['aXbXc', 'countMatches', ['X'], 2],
    ['abc', 'countMatches', [''], 0],
    ['abcabc', 'indexOf', ['c', 3], 5],
    ['abcABC', 'indexOfIgnoreCase', ['B', 2], 4],
    ['abc', 'indexOf', ['x'], -1],
    ['abcabc', 'lastIndexOf', ['a', 2], 0],
    ['abc', 'indexOfAny', ['cb'], 1],
    ['abc', 'indexOfAnyBut', ['ab'], 2],
    ['abcde', 'indexOfDifference', ['abxyz'], 2],
    ['abc', 'indexOfDifference', ['abc'], -1],
    ['abc', 'indexOfChar', [98], 1],
    ['Hello', 'startsWithIgnoreCase', ['hE'], true],
    ['Hello', 'endsWith', ['LO'], false],
    ['abc', 'compareTo', ['abd'], -1],
    ['abcd', 'compareTo', ['ab'], 2],
    ['kitten', 'getLevenshteinDistance', ['sitting'], 3],
    ['kitten', 'getLevenshteinDistance', ['sitting', 2], -1],
  ]);

  test('equality', () => {
    expect(on('abc', 'equalsIgnoreCase(String)', 'ABC')).toBe(true);
    expect(on('abc', 'equalsIgnoreCase(String)', null)).toBe(false);
    expect(on('abc', 'equals(Object)', 'ABC')).toBe(false);
  });
});

describe('shape', () => {
  check([
    ['hello', 'capitalize', [], 'Hello'],
    ['HELLO', 'uncapitalize', [], 'hELLO'],
    ['aBc1', 'swapCase', [], 'AbC1'],
    ['hey', 'center', [9], '   hey   '],
    ['hey', 'center', [8, '-'], '--hey---'],
    ['ab', 'leftPad', [5, 'xy'], 'xyxab'],
    ['ab', 'rightPad', [4], 'ab  '],
    ['abc', 'leftPad', [2], 'abc'],
    ['ab', 'repeat', [2], 'abab'],
    ['ab', 'repeat', [',', 3], 'ab,ab,ab'],
    ['abc', 'reverse', [], 'cba'],
    ['  a \t b\n', 'normalizeSpace', [], 'a b'],
    [' a b ', 'deleteWhitespace', [], 'ab'],
    ['\t a \n', 'trim', [], 'a'],
    ['a.b.c', 'replace', ['.', '$&'], 'a$&b$&c'],
    ['banana', 'remove', ['an'], 'ba'],
    ['x.cls', 'removeEnd', ['.cls'], 'x'],
    ['x.CLS', 'removeEndIgnoreCase', ['.cls'], 'x'],
    ['www.x', 'removeStart', ['www.'], 'x'],
    ['abcdef', 'overlay', ['zzzz', 2, 4], 'abzzzzef'],
    ['<p>a<br/>b</p>', 'stripHtmlTags', [], 'ab'],
  ]);
});

describe('kinds of characters', () => {
  check([
    ['abc', 'isAlpha', [], true],
    ['', 'isAlpha', [], false],
    ['ab2', 'isAlphanumeric', [], true],
    ['a b', 'isAlphaSpace', [], true],
    ['123', 'isNumeric', [], true],
    ['1.2', 'isNumeric', [], false],
    ['', 'isNumeric', [], false],
    [' \t', 'isWhitespace', [], true],
    ['abc', 'isAllLowerCase', [], true],
    ['ABc', 'isAllUpperCase', [], false],
    ['a~', 'isAsciiPrintable', [], true],
    ['é', 'isAsciiPrintable', [], false],
  ]);

  test('splitting by kinds of characters', () => {
    expect(itemsOf(on('Lightning.platform', 'splitByCharacterType()'))).toEqual(['L', 'ightning', '.', 'platform']);
    expect(itemsOf(on('Lightning.platform', 'splitByCharacterTypeCamelCase()'))).toEqual([
      'Lightning',
      '.',
      'platform',
    ]);
    expect(itemsOf(on('fooASFLicense200', 'splitByCharacterTypeCamelCase()'))).toEqual([
      'foo',
      'ASF',
      'License',
      '200',
    ]);
  });
});

describe('escapes', () => {
  check([
    ['a,"b"', 'escapeCsv', [], '"a,""b"""'],
    ['"a,""b"""', 'unescapeCsv', [], 'a,"b"'],
    ['"<é>&', 'escapeHtml4', [], '&quot;&lt;&eacute;&gt;&amp;'],
    ['&lt;&euro;&#65;&#x42;&nope;', 'unescapeHtml4', [], '<€AB&nope;'],
    ['€', 'escapeHtml3', [], '€'],
    ["'a'&é", 'escapeXml', [], '&apos;a&apos;&amp;é'],
    ['"a"\n/é', 'escapeJava', [], '\\"a\\"\\n/\\u00E9'],
    ['it\'s "a/b"', 'escapeEcmaScript', [], 'it\\\'s \\"a\\/b\\"'],
    ['\\u00e9\\n\\t\\"', 'unescapeJava', [], 'é\n\t"'],
    ['é1', 'escapeUnicode', [], '\\u00E91'],
    ['\\u00E9', 'unescapeUnicode', [], 'é'],
  ]);

  test('quotes for dynamic SOQL', () =>
    expect(statically('escapeSingleQuotes(String)', "O'Neil\\")).toBe("O\\'Neil\\\\"));
});

describe('static methods', () => {
  test('blank and empty', () => {
    expect([null, '', ' \n'].map((text) => statically('isBlank(String)', text))).toEqual([true, true, true]);
    expect(statically('isEmpty(String)', ' ')).toBe(false);
    expect(statically('isNotBlank(String)', ' a ')).toBe(true);
  });

  test('join takes lists and sets of anything', () => {
    expect(statically('join(Object, String)', list('a', 'b'), ', ')).toBe('a, b');
    expect(statically('join(Object, String)', new ApexSet(types.Integer, [1, 2]), '-')).toBe('1-2');
    expect(thrownBy(() => statically('join(Object, String)', null, ','))).toMatch(/^System.NullPointerException/);
  });

  test('format fills arguments as text and takes quotes as MessageFormat does', () => {
    const values = list('Ann', 12345, null);
    expect(statically('format(String, List<Object>)', '{0} owes {1}, {2}', values)).toBe('Ann owes 12345, null');
    expect(statically('format(String, List<Object>)', "it''s '{0}' {0} {7}", values)).toBe("it's {0} Ann {7}");
    expect(thrownBy(() => statically('format(String, List<Object>)', '{1,number}', values))).toMatch(
      /^System.StringException: .*\{1,number\} is not supported/,
    );
  });

  test('valueOf', () => {
    expect(statically('valueOf(Date)', ApexDate.of(2026, 1, 2))).toBe('2026-01-02');
    expect(statically('valueOf(Object)', ApexDate.of(2026, 1, 2))).toBe('2026-01-02 00:00:00');
    expect(statically('valueOf(Datetime)', new ApexDatetime(0))).toBe('1970-01-01 00:00:00');
    expect(statically('valueOf(Decimal)', ApexDecimal.parse('1.50'))).toBe('1.50');
    expect(statically('valueOf(Integer)', null)).toBeNull();
  });

  test('the common prefix of texts', () => {
    expect(statically('getCommonPrefix(List<String>)', list('SFApex', 'SFVisual'))).toBe('SF');
    expect(statically('getCommonPrefix(List<String>)', list('a', null))).toBe('');
  });
});

describe('regular expressions in String', () => {
  test('split drops empty parts at the end unless told how many to make', () => {
    expect(itemsOf(on('a,b,,', 'split(String)', ','))).toEqual(['a', 'b']);
    expect(itemsOf(on('a,b,,', 'split(String, Integer)', ',', -1))).toEqual(['a', 'b', '', '']);
    expect(itemsOf(on('a,b,c', 'split(String, Integer)', ',', 2))).toEqual(['a', 'b,c']);
    expect(itemsOf(on('abc', 'split(String)', ''))).toEqual(['a', 'b', 'c']);
    expect(itemsOf(on('', 'split(String)', ','))).toEqual(['']);
    expect(itemsOf(on('boo:and:foo', 'split(String)', 'o'))).toEqual(['b', '', ':and:f']);
    expect(itemsOf(on('a.b', 'split(String)', '\\.'))).toEqual(['a', 'b']);
  });

  test('replaceAll knows groups and escapes', () => {
    expect(on('2026-11-23', 'replaceAll(String, String)', '(\\d+)-(\\d+)', '$2/$1')).toBe('11/2026-23');
    expect(on('a+b', 'replaceAll(String, String)', '\\+', '\\$')).toBe('a$b');
    expect(on('aab', 'replaceFirst(String, String)', 'a', 'x')).toBe('xab');
    expect(thrownBy(() => on('a', 'replaceAll(String, String)', 'a', '$1'))).toBe('System.StringException: No group 1');
  });
});
