import { throwApex } from '../../runtime/values/apex-exception.ts';

/** JSON with everything that Apex can tell apart: the order of names, repeated names, the digits of numbers. */
export type JsonNode =
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, JsonNode])[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' };

const VALUES = "expected a valid value (number, String, array, object, 'true', 'false' or 'null')";
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const LITERALS: ReadonlyMap<string, JsonNode> = new Map<string, JsonNode>([
  ['true', { kind: 'boolean', value: true }],
  ['false', { kind: 'boolean', value: false }],
  ['null', { kind: 'null' }],
]);
const MAXIMUM_DEPTH = 1000;

/** Reads one JSON value; what is wrong is a JSONException that says where. */
export function parseJson(text: string): JsonNode {
  let position = 0;
  let depth = 0;
  skipSpace();
  if (position === text.length) fail('No content to map to Object due to end of input');
  const node = value();
  skipSpace();
  if (position < text.length) unexpected('expected the end of the input');
  return node;

  function value(): JsonNode {
    const character = text.charAt(position);
    if (character === '{') return nested(object);
    if (character === '[') return nested(array);
    if (character === '"') return { kind: 'string', text: string() };
    const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/.exec(text.slice(position, position + 400));
    if (number) {
      position += number[0].length;
      return { kind: 'number', text: number[0] };
    }
    return literal();
  }

  function literal(): JsonNode {
    const word = /^\w+/.exec(text.slice(position, position + 100))?.[0];
    const known = LITERALS.get(word ?? '');
    if (word === undefined) return unexpected(VALUES);
    position += word.length;
    return known ?? fail(`Unrecognized token '${word}': was expecting 'null', 'true', 'false' or NaN`);
  }

  function nested(read: () => JsonNode): JsonNode {
    depth += 1;
    if (depth > MAXIMUM_DEPTH) fail(`Nesting deeper than ${MAXIMUM_DEPTH}`);
    const node = read();
    depth -= 1;
    return node;
  }

  function object(): JsonNode {
    const entries: [string, JsonNode][] = [];
    position += 1;
    skipSpace();
    if (accept('}')) return { kind: 'object', entries };
    do {
      skipSpace();
      if (text.charAt(position) !== '"') unexpected('was expecting double-quote to start field name');
      const name = string();
      skipSpace();
      if (!accept(':')) unexpected('was expecting a colon to separate field name and value');
      skipSpace();
      entries.push([name, value()]);
      skipSpace();
    } while (accept(','));
    if (!accept('}')) unexpected('was expecting comma to separate OBJECT entries', 'OBJECT');
    return { kind: 'object', entries };
  }

  function array(): JsonNode {
    const items: JsonNode[] = [];
    position += 1;
    skipSpace();
    if (accept(']')) return { kind: 'array', items };
    do {
      skipSpace();
      items.push(value());
      skipSpace();
    } while (accept(','));
    if (!accept(']')) unexpected('was expecting comma to separate ARRAY entries', 'ARRAY');
    return { kind: 'array', items };
  }

  function string(): string {
    let result = '';
    position += 1;
    while (position < text.length) {
      const character = text.charAt(position);
      if (character < ' ')
        fail(
          `Illegal unquoted character (${codeOf(character)}): has to be escaped using backslash to be included in string value`,
        );
      position += 1;
      if (character === '"') return result;
      result += character === '\\' ? escape() : character;
    }
    return fail('Unexpected end-of-input: was expecting closing quote for a string value');
  }

  function escape(): string {
    const letter = text.charAt(position);
    position += 1;
    if (letter !== 'u') return ESCAPES[letter] ?? (/["\\/]/.test(letter) ? letter : badEscape(letter));
    const hex = /^[0-9a-fA-F]{4}/.exec(text.slice(position, position + 4))?.[0];
    if (hex === undefined) return badEscape(letter);
    position += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  function badEscape(letter: string): never {
    return fail(`Unrecognized character escape '${letter}' (${codeOf(letter)})`);
  }

  function accept(character: string): boolean {
    if (text.charAt(position) !== character) return false;
    position += 1;
    return true;
  }

  function skipSpace(): void {
    while (/^[ \t\r\n]/.test(text.charAt(position))) position += 1;
  }

  function unexpected(expectation: string, open: string | null = null): never {
    const character = text.charAt(position);
    if (character === '')
      return fail(`Unexpected end-of-input: ${open === null ? VALUES : `expected close marker for ${open}`}`);
    return fail(`Unexpected character ('${character}' (${codeOf(character)})): ${expectation}`);
  }

  function fail(reason: string): never {
    const lines = text.slice(0, position).split('\n');
    const column = (lines.at(-1) ?? '').length + 2;
    return throwApex('System.JSONException', `${reason} at input location [${lines.length},${column}]`);
  }
}

function codeOf(character: string): string {
  return `code ${character.charCodeAt(0)}`;
}
