import { types } from '../../types.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';

/** What Java calls white space, as the inside of a character class: no non-breaking spaces. */
export const JAVA_WHITESPACE = '\\t-\\r\\x1c-\\x20\\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000';

const whitespace = new RegExp(`^[${JAVA_WHITESPACE}]$`, 'u');

export function isJavaWhitespace(character: string): boolean {
  return whitespace.test(character);
}

/** String methods that say what kind of characters the text has. */
export const characterMethods = {
  'Boolean containsWhitespace()': (self: string) => Array.from(self).some(isJavaWhitespace),
  'Boolean isAllLowerCase()': (self: string) => /^\p{Ll}+$/u.test(self),
  'Boolean isAllUpperCase()': (self: string) => /^\p{Lu}+$/u.test(self),
  'Boolean isAlpha()': (self: string) => /^\p{L}+$/u.test(self),
  'Boolean isAlphaSpace()': (self: string) => /^[\p{L} ]*$/u.test(self),
  'Boolean isAlphanumeric()': (self: string) => /^[\p{L}\p{Nd}]+$/u.test(self),
  'Boolean isAlphanumericSpace()': (self: string) => /^[\p{L}\p{Nd} ]*$/u.test(self),
  'Boolean isAsciiPrintable()': (self: string) => /^[ -~]*$/.test(self),
  'Boolean isNumeric()': (self: string) => /^\p{Nd}+$/u.test(self),
  'Boolean isNumericSpace()': (self: string) => /^[\p{Nd} ]*$/u.test(self),
  'Boolean isWhitespace()': (self: string) => Array.from(self).every(isJavaWhitespace),
  'List<String> splitByCharacterType()': (self: string) => new ApexList(types.String, splitByCharacterType(self)),
  'List<String> splitByCharacterTypeCamelCase()': (self: string) =>
    new ApexList(types.String, splitCamelCase(splitByCharacterType(self))),
};

const CATEGORIES = 'Lu Ll Lt Lm Lo Nd Nl No Zs Zl Zp Cc Cf Pd Ps Pe Pc Pi Pf Po Sm Sc Sk So'.split(' ');
const categoryTests = CATEGORIES.map((name) => [name, new RegExp(`\\p{${name}}`, 'u')] as const);

function categoryOf(character: string): string {
  return categoryTests.find(([, test]) => test.test(character))?.[0] ?? 'Cn';
}

function splitByCharacterType(text: string): string[] {
  const parts: string[] = [];
  let last = '';
  for (const character of text) {
    const category = categoryOf(character);
    if (category === last) parts.push(`${parts.pop() ?? ''}${character}`);
    else parts.push(character);
    last = category;
  }
  return parts;
}

/** The last capital before small letters belongs to them: `ASFLicense` → ASF, License. */
function splitCamelCase(parts: readonly string[]): string[] {
  const joined: string[] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    const continues = before !== undefined && categoryOf(part) === 'Ll' && categoryOf(before) === 'Lu';
    if (!continues) joined.push(part);
    else joined.splice(-1, 1, ...[before.slice(0, -1), before.slice(-1) + part].filter((piece) => piece !== ''));
  }
  return joined;
}
