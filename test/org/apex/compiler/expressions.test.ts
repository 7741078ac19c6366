import { describe, expect, test } from '@jest/globals';
import { createSnippets } from './testing/snippets.ts';

const { run } = createSnippets();
const value = (expression: string): string => run(`System.debug(${expression});`)[0] ?? '';

describe('values', () => {
  test.each([
    ['5 / 2', '2'],
    ['5 / 2.0', '2.5'],
    ['2147483647 + 1', '-2147483648'],
    ["1 + 2 + 'a' + 1 + 2", '3a12'],
    ["'ABC' == 'abc'", 'true'],
    ["'ABC'.equals('abc')", 'false'],
    ['0.1 + 0.2 == 0.3', 'true'],
    ['1 <> 2', 'true'],
    ['(Integer) Math.floor(7.9)', '7'],
    ['(Long) 7.9', '7'],
    ["null ?? 'x'", 'x'],
    ['new Account()?.Owner?.Name', 'null'],
    ["new Map<String, Object>{ 'a' => 1 }.get('a') instanceof Integer", 'true'],
    ['new List<Account>() instanceof List<SObject>', 'true'],
    ['6 & 3 | 8', '10'],
    ['-17 >>> 28', '15'],
    ["(Id) '001000000000001'", '001000000000001AAA'],
    ['(true ? 1 : 2.5) + 0', '1'],
    ['[SELECT Name FROM Account LIMIT 1]?.Name', 'null'],
    ["([SELECT Id FROM Account LIMIT 1] ?? new Account(Name = 'none')).Name", 'none'],
  ])('%s is %s', (expression, expected) => expect(value(expression)).toBe(expected));
});

describe('statements', () => {
  test.each([
    ['x++ gives the old value, ++x the new one', 'Integer x = 1; System.debug(x++ + ++x);', ['4']],
    [
      'an element is changed in place',
      'List<Integer> l = new Integer[]{ 1 }; l[0] += 2; l[0]++; System.debug(l);',
      ['(4)'],
    ],
    [
      'several variables run a loop',
      'Integer s = 0; for (Integer a = 0, b = 4; a < b; a++, b--) s += b; System.debug(s);',
      ['7'],
    ],
    [
      'break and continue inside a switch belong to the loop',
      'for (Integer i = 0; i < 5; i++) { switch on i { when 1 { continue; } when 3 { break; } } System.debug(i); }',
      ['0', '2'],
    ],
    [
      'records are switched on by their type',
      "SObject r = new Contact(LastName = 'L'); switch on r { when Account a { System.debug('a'); } when Contact c { System.debug(c.LastName); } }",
      ['L'],
    ],
    ['a chain of assignments stores everywhere', 'Integer a, b; a = b = 3; System.debug(a + b);', ['6']],
    [
      'a map of narrower values stands for one of objects',
      "Map<String, Object> m = new Map<String, String>{ 'k' => 'v' }; System.debug(m);",
      ['{k=v}'],
    ],
  ])('%s', (_promise, code, expected) => expect(run(code)).toEqual(expected));
});

describe('exceptions', () => {
  test.each([
    ['String s; s.length();', 'System.NullPointerException: Attempt to de-reference a null object'],
    ['Integer i = 1 / (1 - 1);', 'System.MathException: Divide by 0'],
    ['List<Integer> l = new List<Integer>(); l[1] = 2;', 'System.ListException: List index out of bounds: 1'],
    ["Integer.valueOf('x');", 'System.TypeException: Invalid integer: x'],
    ["Id i = 'x';", 'System.StringException: Invalid id: x'],
    ['Account a = [SELECT Id FROM Account];', 'System.QueryException: List has no rows for assignment to SObject'],
  ])('%s throws %s', (statement, expected) =>
    expect(
      run(`try { ${statement} } catch (Exception e) { System.debug(e.getTypeName() + ': ' + e.getMessage()); }`),
    ).toEqual([expected]),
  );

  test('know their line, their cause and what ran finally', () =>
    expect(
      run(`try {
        try {
          throw new MathException('inner');
        } catch (MathException e) { throw new IllegalArgumentException('outer', e); } finally { System.debug('finally'); }
      } catch (Exception e) { System.debug(e.getMessage() + e.getLineNumber() + e.getCause().getMessage()); }`),
    ).toEqual(['finally', 'outer4inner']));
});

describe('searches', () => {
  test('outside of a test are refused by name', () =>
    expect(() => run("String t = 'x'; List<List<SObject>> r = [FIND :t IN ALL FIELDS RETURNING Account(Id)];")).toThrow(
      /SOSL/,
    ));
});
