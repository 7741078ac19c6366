import { RelayError } from '../errors.ts';

/** Where a forwarded request goes, rebuilt from what was recognized: nothing of the caller's path is copied. */
export type ForwardTarget = {
  readonly connection: string;
  readonly entitySet: string;
  /** The key predicate as it is written, e.g. `dataAreaId='usmf',CustomerAccount='US-001'`; null for the set as a whole. */
  readonly key: string | null;
  /** The path for Dynamics, below the address of the environment. */
  readonly path: string;
  /** The caller's query, not looked at yet. */
  readonly query: string;
};

const PRINTABLE = /^[\x21-\x7e]+$/;
const SHAPE =
  /^\/v1\/forward\/(?<connection>[A-Za-z0-9][A-Za-z0-9_-]{0,39})\/(?<entitySet>[A-Za-z][A-Za-z0-9_]{0,127})(?:\((?<key>[^/\\?#]+)\))?(?:\?(?<query>[^#]*))?$/;
/** After one decoding nothing may be left that a server in between could decode or split again. */
const AMBIGUOUS = /[/\\%\p{Cc}]/u;

const LITERAL = [
  String.raw`'(?:[^']|'')*'`,
  String.raw`[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`,
  String.raw`\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,7})?Z)?`,
  String.raw`-?\d{1,20}(?:\.\d{1,20})?`,
  String.raw`true|false`,
  String.raw`[A-Za-z]\w*(?:\.[A-Za-z]\w*)*'[A-Za-z]\w*'`,
].join('|');
const SINGLE_KEY = new RegExp(`^(?:${LITERAL})$`);
const KEY_PART = new RegExp(String.raw`([A-Za-z]\w*)=(${LITERAL})(?:,(?!$)|$)`, 'y');

/**
 * Recognizes `/v1/forward/<connection>/<entity set>[(<key>)][?query]` and nothing else; throws RelayError FORWARD_PATH_REFUSED.
 * A grammar of what is allowed: batches, actions, navigation, dots, other hosts and double encodings have no place in it.
 */
export function parseForwardPath(url: string): ForwardTarget {
  const parts = PRINTABLE.test(url) ? SHAPE.exec(url)?.groups : undefined;
  if (parts?.connection === undefined || parts.entitySet === undefined) throw refused('is not an entity set or record');
  const { connection, entitySet, query = '' } = parts;
  if (parts.key === undefined) return { connection, entitySet, key: null, path: `/data/${entitySet}`, query };
  const key = decodeKey(parts.key);
  return { connection, entitySet, key, path: `/data/${entitySet}(${encodeKey(key)})`, query };
}

function decodeKey(encoded: string): string {
  const key = decode(encoded);
  if (AMBIGUOUS.test(key)) {
    throw refused('has a slash, backslash, percent or control character in its key; find such records by $filter');
  }
  return key;
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw refused('cannot be decoded');
  }
}

function encodeKey(key: string): string {
  if (SINGLE_KEY.test(key)) return encodeURIComponent(key);
  const parts: string[] = [];
  KEY_PART.lastIndex = 0;
  for (let part = KEY_PART.exec(key); part !== null; part = KEY_PART.exec(key)) {
    const [whole, name = '', literal = ''] = part;
    parts.push(`${name}=${encodeURIComponent(literal)}`);
    if (part.index + whole.length === key.length) return parts.join(',');
  }
  throw refused('has a key that is neither a literal nor name=literal pairs');
}

function refused(problem: string): RelayError {
  const message = `The forwarded path ${problem}. Use /v1/forward/<connection>/<entity set> or …/<entity set>(<key>).`;
  return new RelayError('FORWARD_PATH_REFUSED', message);
}
