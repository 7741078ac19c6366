import { describe, expect, it } from '@jest/globals';
import { cutMembers } from './flat-json.ts';

const tricky = {
  first: 'x',
  quoted: 'say "last":"no", and \\',
  brackets: '],}',
  number: -12.5,
  nothing: null,
  flag: true,
  lastButOne: 'last',
  last: '\\"',
};

describe('cutMembers', () => {
  it.each(Object.keys(tricky))('cuts out %s as JSON.parse would read it', (name) => {
    const cut = cutMembers(JSON.stringify(tricky), [name]);

    expect(JSON.parse(cut ?? '')).toEqual({ [name]: tricky[name as keyof typeof tricky] });
  });

  it('cuts several members, and none', () => {
    expect(cutMembers('{"a":1,"b":"2","c":3}', ['c', 'a'])).toBe('{"c":3,"a":1}');
    expect(cutMembers('{"a":1}', [])).toBe('{}');
  });

  it.each([
    ['a nested object', '{"o":{"a":2},"a":1}'],
    ['an array', '{"a":[1,2]}'],
    ['white space', '{ "a": 1 }'],
    ['white space before a member', '{"b":1, "a":1}'],
    ['a missing member', '{"b":1}'],
    ['a broken end', '{"a":"1'],
    ['no object', '"a":1'],
    ['nothing', ''],
  ])('leaves %s to the parser', (_what, text) => {
    expect(cutMembers(text, ['a'])).toBeNull();
  });
});
