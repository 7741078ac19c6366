import { type SubQueryContext, type ValueContext } from '@apexdevtools/apex-parser';
import { notSupported, RecordError } from '../record-error.ts';
import { type ComparisonValue, type Literal, type Query } from './ast.ts';

/** The grammar's getters answer null where an optional part is absent, though their types do not say so. */
export function optional<T>(part: T): T | null {
  return part ?? null;
}

/** What stands right of a comparison: a literal, a list, a subquery or a bind. */
export function readValue(tree: ValueContext, readSubQuery: (query: SubQueryContext) => Query): ComparisonValue {
  const query = optional(tree.subQuery());
  if (query) return { kind: 'subquery', query: readSubQuery(query) };
  const list = optional(tree.valueList());
  if (list) return { kind: 'list', values: list.value_list().map(readLiteral) };
  return readLiteral(tree);
}

function readLiteral(tree: ValueContext): Literal {
  const text = tree.getText();
  if (optional(tree.NULL())) return { kind: 'null' };
  if (optional(tree.BooleanLiteral())) return { kind: 'boolean', value: text.toLowerCase() === 'true' };
  if (optional(tree.signedNumber())) return { kind: 'number', text };
  if (optional(tree.StringLiteral())) return readString(text);
  if (optional(tree.DateLiteral())) return { kind: 'date', text };
  if (optional(tree.DateTimeLiteral())) return { kind: 'datetime', text };
  if (optional(tree.dateFormula())) return readDateFormula(text);
  const bind = optional(tree.boundExpression());
  if (bind) return { kind: 'bind', text: bind.expression().getText() };
  throw notSupported(`the SOQL value ${text}`);
}

function readDateFormula(text: string): Literal {
  const [name = '', count = '0'] = text.split(':');
  return { kind: 'dateLiteral', name: name.toUpperCase(), count: Number(count) };
}

/** Stands for the backslash of `\%` and `\_`, which SOQL has and the Apex lexer does not; a private-use character. */
const LIKE_ESCAPE = '\uE000';

/** Hides `\%` and `\_` from the lexer; positions stay the same. */
export function hideLikeEscapes(soql: string): string {
  return soql.replace(/\\([\s\S])/g, (pair, char: string) =>
    char === '%' || char === '_' ? LIKE_ESCAPE + char : pair,
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** A quoted string in two readings: as a value, and as a LIKE pattern in which `\%` and `\_` stay escaped. */
function readString(quotedText: string): Literal {
  const body = quotedText.slice(1, -1);
  let text = '';
  let pattern = '';
  for (const [token] of body.matchAll(/\\u[0-9a-f]{4}|\\[\s\S]|\uE000[\s\S]|[^\\\uE000]+/gi)) {
    const value = unescape(token);
    text += value;
    pattern += token.startsWith(LIKE_ESCAPE) ? `\\${value}` : value.replaceAll('\\', '\\\\');
  }
  return { kind: 'string', text, pattern };
}

function unescape(token: string): string {
  if (token.startsWith(LIKE_ESCAPE)) return token.slice(1);
  if (!token.startsWith('\\')) return token;
  if (/^\\u[0-9a-f]{4}$/i.test(token)) return String.fromCharCode(Number.parseInt(token.slice(2), 16));
  const char = token.charAt(1);
  const control = ESCAPES[char.toLowerCase()];
  if (control !== undefined) return control;
  if (`'"\\`.includes(char)) return char;
  throw new RecordError('MALFORMED_QUERY', `Illegal escape sequence in string literal: ${token}`);
}
