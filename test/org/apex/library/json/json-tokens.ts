import { type JsonNode } from './parse-json.ts';

type JsonTokenName =
  | 'START_OBJECT'
  | 'END_OBJECT'
  | 'START_ARRAY'
  | 'END_ARRAY'
  | 'FIELD_NAME'
  | 'VALUE_STRING'
  | 'VALUE_NUMBER_INT'
  | 'VALUE_NUMBER_FLOAT'
  | 'VALUE_TRUE'
  | 'VALUE_FALSE'
  | 'VALUE_NULL';

/** One step of a JSONParser. */
export type JsonToken = {
  readonly name: JsonTokenName;
  readonly text: string;
  /** The field that this value stands under, or that the token is. */
  readonly field: string | null;
  /** The whole value that begins here; null at ends and names. */
  readonly node: JsonNode | null;
  /** Where the value that begins here ends. */
  end: number;
};

/** The value as the tokens that a parser walks through. */
export function tokensOf(node: JsonNode): readonly JsonToken[] {
  const tokens: JsonToken[] = [];
  append(tokens, node, null);
  return tokens;
}

function append(tokens: JsonToken[], node: JsonNode, field: string | null): void {
  if (node.kind !== 'object' && node.kind !== 'array') {
    const [name, text] = scalar(node);
    tokens.push({ name, text, field, node, end: tokens.length });
    return;
  }
  const isObject = node.kind === 'object';
  const start: JsonToken = {
    name: isObject ? 'START_OBJECT' : 'START_ARRAY',
    text: isObject ? '{' : '[',
    field,
    node,
    end: 0,
  };
  tokens.push(start);
  if (node.kind === 'array') for (const item of node.items) append(tokens, item, null);
  else
    for (const [name, value] of node.entries) {
      tokens.push({ name: 'FIELD_NAME', text: name, field: name, node: null, end: tokens.length });
      append(tokens, value, name);
    }
  start.end = tokens.length;
  tokens.push({
    name: isObject ? 'END_OBJECT' : 'END_ARRAY',
    text: isObject ? '}' : ']',
    field,
    node: null,
    end: tokens.length,
  });
}

function scalar(node: Exclude<JsonNode, { kind: 'object' | 'array' }>): readonly [JsonTokenName, string] {
  switch (node.kind) {
    case 'string':
      return ['VALUE_STRING', node.text];
    case 'number':
      return [/[.eE]/.test(node.text) ? 'VALUE_NUMBER_FLOAT' : 'VALUE_NUMBER_INT', node.text];
    case 'boolean':
      return [node.value ? 'VALUE_TRUE' : 'VALUE_FALSE', String(node.value)];
    case 'null':
      return ['VALUE_NULL', 'null'];
  }
}
