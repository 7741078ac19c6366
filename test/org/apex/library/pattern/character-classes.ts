import { quoteForJavaScript, refuse } from './translate.ts';

const SPACE = '\\t\\n\\x0B\\f\\r\\x20';
const HORIZONTAL = '\\t\\x20\\xA0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000';
const VERTICAL = '\\n\\x0B\\f\\r\\u0085\\u2028\\u2029';

/** Java's one-letter classes, which know only ASCII. */
export const SHORTHANDS: Readonly<Record<string, string>> = {
  d: '[0-9]',
  D: '[^0-9]',
  s: `[${SPACE}]`,
  S: `[^${SPACE}]`,
  w: '[a-zA-Z0-9_]',
  W: '[^a-zA-Z0-9_]',
  h: `[${HORIZONTAL}]`,
  H: `[^${HORIZONTAL}]`,
  v: `[${VERTICAL}]`,
  V: `[^${VERTICAL}]`,
};

const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7F',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Graph: '!-~',
  Print: '\\x20-~',
  Blank: '\\x20\\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  XDigit: '0-9a-fA-F',
  Space: SPACE,
  javaLowerCase: '\\p{Ll}',
  javaUpperCase: '\\p{Lu}',
  javaWhitespace: '\\t-\\r\\x1c-\\x20\\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000',
};

/** `\p{Alpha}`, `\p{L}`, `\p{IsLatin}`, `\p{InGreek}` as a JavaScript class. */
export function propertyClass(name: string, isNegated: boolean, java: string): string {
  const posix = POSIX[name];
  if (posix !== undefined) return `[${isNegated ? '^' : ''}${posix}]`;
  const letter = isNegated ? 'P' : 'p';
  const candidates = [name, name.replace(/^Is/, ''), `Script=${name.replace(/^Is/, '')}`];
  const found = candidates.find((candidate) => compiles(`\\p{${candidate}}`));
  return found === undefined ? refuse(java, `Unknown character property name {${name}}`) : `\\${letter}{${found}}`;
}

type Read = { readonly source: string; readonly length: number };

/** Reads a bracket expression with unions, nested classes and intersections, which JavaScript wants one level apart. */
export function characterClass(text: string, java: string): Read {
  let position = 1;
  const isNegated = text.charAt(position) === '^';
  if (isNegated) position += 1;
  const operands: string[] = [''];
  const add = (source: string): void => {
    operands.push((operands.pop() ?? '') + source);
  };
  const isFirst = (): boolean => operands.length === 1 && operands[0] === '';
  while (position < text.length) {
    const character = text.charAt(position);
    if (character === ']' && !isFirst()) return { source: classOf(operands, isNegated), length: position + 1 };
    const read = text.startsWith('&&', position) ? null : readItem(text.slice(position), java);
    if (read) add(read.source);
    else operands.push('');
    position += read?.length ?? 2;
  }
  return refuse(java, 'Unclosed character class');
}

function classOf(operands: readonly string[], isNegated: boolean): string {
  const filled = operands.filter((operand) => operand !== '');
  const inside = filled.length === 1 ? filled[0] : filled.map((operand) => `[${operand}]`).join('&&');
  return `[${isNegated ? '^' : ''}${inside ?? ''}]`;
}

function readItem(text: string, java: string): Read {
  if (text.startsWith('[')) return characterClass(text, java);
  const property = /^\\[pP](?:\{([^}]*)\}|(.))/.exec(text);
  if (property) {
    const isNegated = text.charAt(1) === 'P';
    return { source: propertyClass(property[1] ?? property[2] ?? '', isNegated, java), length: property[0].length };
  }
  const quoted = /^\\Q([^]*?)(?:\\E|$)/.exec(text);
  if (quoted) return { source: quoteForJavaScript(quoted[1] ?? ''), length: quoted[0].length };
  const shorthand = text.startsWith('\\') ? SHORTHANDS[text.charAt(1)] : undefined;
  if (shorthand !== undefined) return { source: shorthand, length: 2 };
  return readRange(text, java);
}

function readRange(text: string, java: string): Read {
  const from = readCharacter(text, java);
  const after = text.slice(from.length);
  if (!/^-[^\]&[]/.test(after)) return from;
  const to = readCharacter(after.slice(1), java);
  return { source: `${from.source}-${to.source}`, length: from.length + 1 + to.length };
}

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 };

function readCharacter(text: string, java: string): Read {
  const numeric = /^\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/.exec(text);
  if (numeric)
    return { source: codePoint(Number.parseInt(numeric[1] ?? numeric[2] ?? '', 16)), length: numeric[0].length };
  if (!text.startsWith('\\')) {
    const code = text.codePointAt(0) ?? 0;
    return { source: codePoint(code), length: String.fromCodePoint(code).length };
  }
  const letter = text.charAt(1);
  const control = CONTROLS[letter];
  if (control === undefined && /[A-Za-z0-9]/.test(letter))
    return refuse(java, `Illegal/unsupported escape sequence \\${letter}`);
  return { source: codePoint(control ?? letter.charCodeAt(0)), length: 2 };
}

function codePoint(code: number): string {
  return `\\u{${code.toString(16)}}`;
}

function compiles(source: string): boolean {
  try {
    new RegExp(source, 'v');
    return true;
  } catch {
    return false;
  }
}
