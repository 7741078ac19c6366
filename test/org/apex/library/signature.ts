/** A type as written in a signature, before its name is looked up. */
export type TypeText = { readonly name: string; readonly arguments: readonly TypeText[] };

/** `Integer abs(Integer)` taken apart. */
export type Signature = { readonly name: string; readonly returns: TypeText; readonly parameters: readonly TypeText[] };

/** Parses `Map<Id, List<Account>>`; anything else than one whole type is an error. */
export function parseTypeText(text: string): TypeText {
  const reader = createReader(text);
  const type = reader.type();
  reader.end();
  return type;
}

/** Parses `Boolean put(K, V)`. */
export function parseSignature(text: string): Signature {
  const reader = createReader(text);
  const returns = reader.type();
  const name = reader.name();
  const parameters = reader.parameters();
  reader.end();
  return { name, returns, parameters };
}

/** Parses `(String, Integer)`. */
export function parseParameters(text: string): readonly TypeText[] {
  const reader = createReader(text);
  const parameters = reader.parameters();
  reader.end();
  return parameters;
}

type Reader = {
  readonly name: () => string;
  readonly type: () => TypeText;
  readonly parameters: () => TypeText[];
  readonly end: () => void;
};

function createReader(text: string): Reader {
  const tokens = text.match(/[A-Za-z_][\w.]*|[<>(),]|\S/g) ?? [];
  let position = 0;
  const fail = (): never => {
    throw new Error(`Signature '${text}' cannot be read at '${tokens[position] ?? 'its end'}'.`);
  };
  const accept = (token: string): boolean => {
    if (tokens[position] !== token) return false;
    position += 1;
    return true;
  };
  const expect = (token: string): void => {
    if (!accept(token)) fail();
  };
  const name = (): string => {
    const token = tokens[position];
    if (token === undefined || !/^[A-Za-z_]/.test(token)) return fail();
    position += 1;
    return token;
  };
  const list = (close: string): TypeText[] => {
    const found = [type()];
    while (accept(',')) found.push(type());
    expect(close);
    return found;
  };
  const type = (): TypeText => {
    const head = name();
    return { name: head, arguments: accept('<') ? list('>') : [] };
  };
  const parameters = (): TypeText[] => {
    expect('(');
    return accept(')') ? [] : list(')');
  };
  const end = (): void => {
    if (position < tokens.length) fail();
  };
  return { name, type, parameters, end };
}
