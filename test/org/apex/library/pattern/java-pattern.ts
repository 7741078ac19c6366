import { throwApex } from '../../runtime/values/apex-exception.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { translatePattern } from './translate.ts';

const compiled = new Map<string, ApexPattern>();

/** A compiled regular expression of Java's dialect. */
export class ApexPattern extends PlatformObject {
  static override readonly apexName = 'System.Pattern';

  readonly text: string;
  /** Finds the pattern from `lastIndex` on; with its flags `dgv` every group's place is known. */
  readonly search: RegExp;
  /** Matches only at `lastIndex`. */
  readonly prefix: RegExp;
  /** Matches only from `lastIndex` to the very end. */
  readonly whole: RegExp;

  private constructor(text: string) {
    super();
    const { source, flags } = translatePattern(text);
    this.text = text;
    this.search = new RegExp(source, `dg${flags}`);
    this.prefix = new RegExp(source, `dy${flags}`);
    this.whole = new RegExp(`(?:${source})(?![^])`, `dy${flags}`);
  }

  static compile(text: string): ApexPattern {
    const known = compiled.get(text);
    if (known) return known;
    const created = new ApexPattern(text);
    compiled.set(text, created);
    return created;
  }

  get groupCount(): number {
    return (new RegExp(`${this.search.source}|`, this.search.flags).exec('')?.length ?? 1) - 1;
  }

  /** Java's split: no empty part for a match of nothing at the start, and without a limit none at the end. */
  split(text: string, limit: number): string[] {
    const parts: string[] = [];
    let start = 0;
    for (const match of text.matchAll(this.search)) {
      if (limit > 0 && parts.length === limit - 1) break;
      const end = match.index + match[0].length;
      if (end === 0 || (match[0] === '' && match.index >= text.length)) continue;
      parts.push(text.slice(start, match.index));
      start = end;
    }
    parts.push(text.slice(start));
    return limit === 0 ? withoutEmptyEnd(parts) : parts;
  }

  replaceAll(text: string, replacement: string): string {
    return text.replace(this.search, (...found: unknown[]) => expand(replacement, found));
  }

  replaceFirst(text: string, replacement: string): string {
    const once = new RegExp(this.search.source, this.search.flags.replace('g', ''));
    return text.replace(once, (...found: unknown[]) => expand(replacement, found));
  }

  override equalsValue(other: unknown): boolean {
    return other instanceof ApexPattern && other.text === this.text;
  }

  override toApexString(): string {
    return this.text;
  }
}

function withoutEmptyEnd(parts: string[]): string[] {
  const length = parts.findLastIndex((part) => part !== '') + 1;
  return length === 0 ? parts.slice(0, parts.length === 1 ? 1 : 0) : parts.slice(0, length);
}

/** Fills `$1` and `${name}` of a Java replacement in; a backslash takes the next character as it is. */
function expand(replacement: string, found: readonly unknown[]): string {
  const groups = found.filter(
    (each): each is Record<string, string | undefined> => typeof each === 'object' && each !== null,
  )[0];
  const count = found.findIndex((each) => typeof each === 'number');
  return replacement.replace(
    /\\([^]?)|\$(?:\{(\w+)\}|(\d+))?/g,
    (whole, literal?: string, name?: string, digits?: string) => {
      if (literal !== undefined)
        return literal === '' ? illegalReplacement('character to be escaped is missing') : literal;
      if (name !== undefined)
        return groups && name in groups ? (groups[name] ?? '') : illegalReplacement(`No group with name {${name}}`);
      if (digits === undefined)
        return illegalReplacement(`Illegal group reference${whole.length > 1 ? `: ${whole}` : ''}`);
      return numberedGroup(digits, found.slice(0, count));
    },
  );
}

/** As many digits as still name a group belong to the reference; the others are text. */
function numberedGroup(digits: string, groups: readonly unknown[]): string {
  let length = digits.length;
  while (length > 1 && Number(digits.slice(0, length)) >= groups.length) length -= 1;
  const number = Number(digits.slice(0, length));
  if (number >= groups.length) return illegalReplacement(`No group ${number}`);
  const group = groups[number];
  return (typeof group === 'string' ? group : '') + digits.slice(length);
}

function illegalReplacement(reason: string): never {
  return throwApex('System.StringException', reason);
}
