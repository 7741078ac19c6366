import { describe, expect, test } from '@jest/globals';
import { thrownBy } from '../platform-call.ts';
import { ApexPattern } from './java-pattern.ts';
import { ApexMatcher } from './matcher.ts';

const matcher = (pattern: string, text: string): ApexMatcher => new ApexMatcher(ApexPattern.compile(pattern), text);
const matches = (pattern: string, text: string): boolean => matcher(pattern, text).matches();
const foundIn = (pattern: string, text: string): (string | null)[] => {
  const engine = matcher(pattern, text);
  const found: (string | null)[] = [];
  while (engine.find()) found.push(engine.group(0));
  return found;
};

describe('Java patterns mean in JavaScript what they mean in Java', () => {
  test.each([
    ['[a-z&&[^aeiou]]+', 'xyz', true],
    ['[a-z&&[^aeiou]]+', 'xaz', false],
    ['[a-c[x-z]]+', 'abxz', true],
    ['(?i)acme', 'ACME', true],
    ['(?i:ac)me', 'ACme', true],
    ['(?i:ac)me', 'ACME', false],
    ['\\Qa.b\\E+', 'a.bb', true],
    ['\\Qa.b\\E+', 'axb', false],
    ['a.b', 'a\nb', false],
    ['(?s)a.b', 'a\nb', true],
    ['\\p{Alpha}+\\p{Digit}', 'abc1', true],
    ['\\p{L}+', 'Äß', true],
    ['\\p{IsGreek}', 'λ', true],
    ['\\w+', 'é', false],
    ['\\d+', '١', false],
    ['[\\w.+-]+@[\\w-]+\\.[a-z]{2,}', 'a.b+c@x-y.com', true],
    ['^[^@]+$', 'a@b', false],
    ['(?<year>\\d{4})-\\k<year>', '2026-2026', true],
    ['(a)(b)\\2\\1', 'abba', true],
    ['\\u0041\\x42\\t', 'AB\t', true],
    ['[]a]+', ']a', true],
    ['[a-]+', 'a-', true],
    ["[\\-\\'\\]_]+", "-']_", true],
    ['a|b|', '', true],
    ['(?x) a b # comment', 'ab', true],
    ['x{2,3}?', 'xx', true],
    ['}', '}', true],
    ['(?<!a)b', 'b', true],
  ])('%s on %j: %s', (pattern, text, expected) => expect(matches(pattern, text)).toBe(expected));

  test('the end of the text includes the line break that closes it', () => {
    expect(foundIn('b$', 'a b\n')).toEqual(['b']);
    expect(foundIn('(?m)^\\w', 'a\nb')).toEqual(['a', 'b']);
    expect(foundIn('b\\z', 'a b\n')).toEqual([]);
  });

  test.each([
    ['a++', 'possessive quantifiers'],
    ['(?>a)', 'atomic groups'],
    ['a(?i)b', 'inline flags'],
    ['(a', 'Unterminated group'],
    ['[a', 'Unclosed character class'],
    ['*a', 'Dangling meta character'],
    ['\\y', 'unsupported escape sequence'],
    ['\\p{Nope}', 'Unknown character property name {Nope}'],
  ])('%s is refused by its name', (pattern, reason) => {
    const message = thrownBy(() => ApexPattern.compile(pattern));
    expect(message).toMatch(/^System.StringException: Invalid regex: /);
    expect(message).toContain(reason);
  });
});

describe('Matcher', () => {
  test('matches wants the whole text, also past an alternative that matches less', () => {
    expect(matches('a|ab', 'ab')).toBe(true);
    expect(matches('a', 'ab')).toBe(false);
    expect(matcher('a', 'ab').lookingAt()).toBe(true);
  });

  test('find goes on and moves past matches of nothing', () => {
    expect(foundIn('\\d*', 'a12b')).toEqual(['', '12', '', '']);
    expect(foundIn('o', 'foo')).toEqual(['o', 'o']);
  });

  test('groups tell their text and place; a group that took no part is null', () => {
    const engine = matcher('(\\d+)(x)?-(\\w)', 'ab 12-c');
    expect(engine.find()).toBe(true);
    expect([engine.group(1), engine.group(2), engine.group(3)]).toEqual(['12', null, 'c']);
    expect([engine.start(1), engine.end(1), engine.start(2)]).toEqual([3, 5, -1]);
    expect(engine.pattern.groupCount).toBe(3);
    expect(thrownBy(() => engine.group(4))).toBe('System.StringException: No group 4');
  });

  test('before a match there is nothing to read', () =>
    expect(thrownBy(() => matcher('a', 'a').group(0))).toBe('System.StringException: No match found'));

  test('a region bounds the search; reset forgets it', () => {
    const engine = matcher('a', 'aXa').region(1, 2);
    expect(engine.find()).toBe(false);
    expect(engine.reset('aXa').find()).toBe(true);
    expect(engine.findFrom(1)).toBe(true);
    expect(engine.start(0)).toBe(2);
  });

  test('named groups in a replacement', () => {
    expect(ApexPattern.compile('(?<a>x)').replaceAll('x-x', '<${a}>')).toBe('<x>-<x>');
    expect(thrownBy(() => ApexPattern.compile('x').replaceAll('x', '${a}'))).toBe(
      'System.StringException: No group with name {a}',
    );
  });

  test('digits that name no group are text', () =>
    expect(ApexPattern.compile('(x)').replaceAll('x', '$10')).toBe('x0'));
});
