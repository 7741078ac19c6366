import { throwApex } from '../../runtime/values/apex-exception.ts';
import { characterClass, propertyClass, SHORTHANDS } from './character-classes.ts';

/** A Java pattern as JavaScript's `v` expressions understand it. */
export type TranslatedPattern = { readonly source: string; readonly flags: string };

const LINE_ENDS = '\\n\\r\\u0085\\u2028\\u2029';
const LINE_BREAK = '(?:\\r\\n|[\\n\\x0B\\f\\r\\u0085\\u2028\\u2029])';

const ANCHORS: Readonly<Record<string, string>> = {
  A: '(?<![^])',
  z: '(?![^])',
  Z: `(?=(?:\\r\\n|[${LINE_ENDS}])?(?![^]))`,
  b: '\\b',
  B: '\\B',
  R: LINE_BREAK,
};

const CONTROLS: Readonly<Record<string, string>> = {
  t: '\\t',
  n: '\\n',
  r: '\\r',
  f: '\\f',
  a: '\\x07',
  e: '\\x1B',
};

/** Turns Java's syntax into JavaScript's; what JavaScript cannot say is refused by its name instead of matching something else. */
export function translatePattern(java: string): TranslatedPattern {
  const flags = new Set<string>();
  let position = 0;
  let output = '';
  let isGroupStart = false;

  const rest = (): string => java.slice(position);
  const take = (length: number): string => {
    const taken = java.slice(position, position + length);
    position += length;
    return taken;
  };

  const leading = /^\(\?([a-zA-Z]+)\)/.exec(java);
  if (leading) {
    for (const flag of leading[1] ?? '') flags.add(inlineFlag(flag, java));
    position = leading[0].length;
  }

  while (position < java.length) {
    const character = java.charAt(position);
    if (flags.has('x') && /[\s#]/.test(character)) position += character === '#' ? commentLength(rest()) : 1;
    else if (character === '\\') output += escape();
    else if (character === '[') output += bracket();
    else if (character === '(') output += group();
    else if (/[*+?{]/.test(character)) output += quantifier();
    else output += plain(take(1));
    isGroupStart = character === '(';
  }
  flags.delete('x');
  const compiled = { source: output, flags: ['v', ...flags].join('') };
  requireCompiles(compiled, java);
  return compiled;

  function plain(character: string): string {
    if (character === '.') return flags.has('s') ? '[^]' : `[^${LINE_ENDS}]`;
    if (character === '^') return flags.has('m') ? `(?<=(?<![^])|[${LINE_ENDS}])` : '(?<![^])';
    if (character === '$') return flags.has('m') ? `(?=(?![^])|[${LINE_ENDS}])` : (ANCHORS['Z'] ?? '');
    return /[}\]/]/.test(character) ? `\\${character}` : character;
  }

  function escape(): string {
    const quoted = /^\\Q([^]*?)(?:\\E|$)/.exec(rest());
    if (quoted) {
      position += quoted[0].length;
      return quoteForJavaScript(quoted[1] ?? '');
    }
    const numeric = numericEscape(rest());
    if (numeric) {
      position += numeric.length;
      return numeric.source;
    }
    const reference = /^\\k<(\w+)>|^\\[1-9]\d*/.exec(rest());
    if (reference) return take(reference[0].length);
    const property = /^\\[pP](?:\{([^}]*)\}|(.))/.exec(rest());
    if (property) {
      position += property[0].length;
      return propertyClass(property[1] ?? property[2] ?? '', property[0].charAt(1) === 'P', java);
    }
    take(1);
    const letter = take(1);
    return letterEscape(letter, java);
  }

  function bracket(): string {
    const { source, length } = characterClass(rest(), java);
    position += length;
    return source;
  }

  function group(): string {
    const special = /^\(\?(?:<([A-Za-z]\w*)>|:|=|!|<=|<!)/.exec(rest());
    if (special) return take(special[0].length);
    const scoped = /^\(\?-?i:/.exec(rest());
    if (scoped) return take(scoped[0].length);
    if (rest().startsWith('(?>')) return refuse(java, 'atomic groups (?>…) are not supported by the local org');
    if (rest().startsWith('(?'))
      return refuse(java, 'inline flags are supported by the local org only at the start or as (?i:…)');
    return take(1);
  }

  function quantifier(): string {
    const found = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(rest());
    if (!found || output === '' || isGroupStart)
      return refuse(java, `Dangling meta character '${java.charAt(position)}'`);
    position += found[0].length;
    if (java.charAt(position) === '+') return refuse(java, 'possessive quantifiers are not supported by the local org');
    return found[0] + (java.charAt(position) === '?' ? take(1) : '');
  }
}

/** `\u00e9`, `\xe9`, `\x{e9}`, `\0351` as one character of a JavaScript pattern. */
function numericEscape(text: string): { readonly source: string; readonly length: number } | null {
  const match = /^\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]+)\}|0([0-3]?[0-7]{1,2}))/.exec(text);
  if (!match) return null;
  const [whole, ...digits] = match;
  const code = Number.parseInt(digits.join(''), whole.charAt(1) === '0' ? 8 : 16);
  return { source: `\\u{${code.toString(16)}}`, length: whole.length };
}

function letterEscape(letter: string, java: string): string {
  const known = ANCHORS[letter] ?? SHORTHANDS[letter] ?? CONTROLS[letter];
  if (known !== undefined) return known;
  if (letter === '') return refuse(java, 'A backslash ends the pattern');
  if (/[A-Za-z]/.test(letter)) return refuse(java, `Illegal/unsupported escape sequence \\${letter}`);
  return quoteForJavaScript(letter);
}

/** The text as a pattern that matches just it. */
export function quoteForJavaScript(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/&\-!#%,:;<=>@`~]/g, (character) =>
    /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
}

/** Refuses a pattern as Apex does, with the reason and the pattern. */
export function refuse(java: string, reason: string): never {
  return throwApex('System.StringException', `Invalid regex: ${reason}: ${java}`);
}

function inlineFlag(flag: string, java: string): string {
  if (/[imsx]/.test(flag)) return flag;
  // Letters beyond ASCII ignore case here anyway.
  return flag === 'u' ? '' : refuse(java, `Unknown inline modifier ${flag}`);
}

function commentLength(rest: string): number {
  const end = rest.search(/[\r\n]/);
  return end < 0 ? rest.length : end;
}

function requireCompiles({ source, flags }: TranslatedPattern, java: string): void {
  try {
    new RegExp(source, flags);
  } catch (error) {
    refuse(java, String(error).split(': ').at(-1) ?? '');
  }
}
