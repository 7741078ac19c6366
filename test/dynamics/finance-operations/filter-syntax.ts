import { invalidQuery } from './refusals.ts';

/** A parsed `$filter`; properties are paths because a navigation may precede the name. */
export type Expression =
  | { kind: 'or' | 'and'; left: Expression; right: Expression }
  | { kind: 'not'; operand: Expression }
  | { kind: 'compare'; operator: Comparison; left: Operand; right: Operand };

export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
export type Arithmetic = 'add' | 'sub' | 'mul' | 'div' | 'divby' | 'mod';

export type Operand =
  | { kind: 'property'; path: readonly string[] }
  | { kind: 'string' | 'number' | 'date' | 'boolean'; value: string }
  | { kind: 'enum'; type: string; value: string }
  | { kind: 'null' }
  | { kind: 'arithmetic'; operator: Arithmetic; left: Operand; right: Operand };

type Token = {
  kind: 'word' | 'string' | 'number' | 'date' | 'enum' | '(' | ')' | ',' | 'end';
  text: string;
  at: number;
};

const TOKEN =
  /\s*(?:(?<enum>[A-Za-z_][\w.]*\.\w+'(?:[^']|'')*')|(?<string>'(?:[^']|'')*')|(?<date>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[mMlLdDfF]?)|(?<word>[A-Za-z_][\w/]*)|(?<mark>[(),]))/uy;

const COMPARISONS = new Set<string>(['eq', 'ne', 'gt', 'ge', 'lt', 'le']);
const SUMS = new Set<string>(['add', 'sub']);
const PRODUCTS = new Set<string>(['mul', 'div', 'divby', 'mod']);
const DEEPEST = 400;

function tokenOf(groups: Record<string, string | undefined>, at: number): Token {
  const mark = groups['mark'];
  if (mark !== undefined) return { kind: mark as '(' | ')' | ',', text: mark, at };
  for (const kind of ['enum', 'string', 'date', 'number', 'word'] as const) {
    const text = groups[kind];
    if (text !== undefined) return { kind, text, at };
  }
  throw invalidQuery(`Syntax error at position ${at} in the filter.`);
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const text = source.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match?.groups === undefined) throw invalidQuery(`Syntax error at position ${at} in '${source}'.`);
    tokens.push(tokenOf(match.groups, at));
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

const unquote = (text: string): string => text.slice(1, -1).replaceAll("''", "'");

/** Parses the dialect that Finance & Operations accepts; `in`, `has` and every function are refused by name. */
export function parseFilter(source: string): Expression {
  const tokens = tokenize(source);
  let position = 0;
  let depth = 0;

  const peek = (): Token => tokens[position] ?? { kind: 'end', text: '', at: source.length };
  const next = (): Token => {
    const token = peek();
    position += 1;
    return token;
  };
  const fail = (token: Token): Error => invalidQuery(`Syntax error at position ${token.at} in '${source}'.`);
  const isWord = (token: Token, word: string): boolean => token.kind === 'word' && token.text === word;

  const enumLiteral = (text: string): Operand => {
    const quote = text.indexOf("'");
    return { kind: 'enum', type: text.slice(0, quote), value: unquote(text.slice(quote)) };
  };
  const word = (token: Token): Operand => {
    if (token.text === 'null') return { kind: 'null' };
    if (token.text === 'true' || token.text === 'false') return { kind: 'boolean', value: token.text };
    if (peek().kind === '(') throw invalidQuery(`An unknown function with name '${token.text}' was found.`);
    return { kind: 'property', path: token.text.split('/') };
  };
  const primary = (): Operand => {
    const token = next();
    switch (token.kind) {
      case 'string':
        return { kind: 'string', value: unquote(token.text) };
      case 'number':
        return { kind: 'number', value: token.text.replace(/[mMlLdDfF]$/, '') };
      case 'date':
        return { kind: 'date', value: token.text };
      case 'enum':
        return enumLiteral(token.text);
      case 'word':
        return word(token);
      case '(': {
        const inner = sum();
        if (next().kind !== ')') throw fail(peek());
        return inner;
      }
      case ')':
      case ',':
      case 'end':
        throw fail(token);
    }
  };
  const chain = (operators: ReadonlySet<string>, operand: () => Operand): Operand => {
    let left = operand();
    while (peek().kind === 'word' && operators.has(peek().text)) {
      const operator = next().text as Arithmetic;
      left = { kind: 'arithmetic', operator, left, right: operand() };
    }
    return left;
  };
  const product = (): Operand => chain(PRODUCTS, primary);
  const sum = (): Operand => chain(SUMS, product);

  const comparison = (): Expression => {
    const left = sum();
    const operator = next();
    if (isWord(operator, 'has') || isWord(operator, 'in')) {
      throw invalidQuery(`The operator '${operator.text}' is not supported.`);
    }
    if (operator.kind !== 'word' || !COMPARISONS.has(operator.text)) throw fail(operator);
    return { kind: 'compare', operator: operator.text as Comparison, left, right: sum() };
  };
  const attempt = (parse: () => Expression): Expression | null => {
    const start = position;
    try {
      return parse();
    } catch {
      position = start;
      return null;
    }
  };
  const group = (): Expression => {
    next();
    const inner = disjunction();
    if (next().kind !== ')') throw fail(peek());
    return inner;
  };
  // A parenthesis may open a condition or an arithmetic operand, and only its end tells which.
  const grouped = (): Expression => {
    const condition = attempt(() => {
      const inner = group();
      const after = peek();
      if (after.kind === 'word' && (COMPARISONS.has(after.text) || SUMS.has(after.text) || PRODUCTS.has(after.text))) {
        throw fail(after);
      }
      return inner;
    });
    return condition ?? comparison();
  };
  const condition = (): Expression => {
    depth += 1;
    if (depth > DEEPEST) throw invalidQuery('The filter is nested too deeply.');
    try {
      if (isWord(peek(), 'not')) {
        next();
        return { kind: 'not', operand: condition() };
      }
      return peek().kind === '(' ? grouped() : comparison();
    } finally {
      depth -= 1;
    }
  };
  const conjunction = (): Expression => {
    let left = condition();
    while (isWord(peek(), 'and')) {
      next();
      left = { kind: 'and', left, right: condition() };
    }
    return left;
  };
  const disjunction = (): Expression => {
    let left = conjunction();
    while (isWord(peek(), 'or')) {
      next();
      left = { kind: 'or', left, right: conjunction() };
    }
    return left;
  };

  const expression = disjunction();
  if (peek().kind !== 'end') throw fail(peek());
  return expression;
}
