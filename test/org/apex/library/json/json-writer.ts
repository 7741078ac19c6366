import { throwApex } from '../../runtime/values/apex-exception.ts';

type Level = { readonly kind: 'object' | 'array'; count: number; awaitsValue: boolean };

/** Writes JSON piece by piece, compact or in the shape that Apex calls pretty. */
export class JsonWriter {
  readonly #isPretty: boolean;
  readonly #levels: Level[] = [];
  #text = '';
  #isComplete = false;

  constructor(isPretty: boolean) {
    this.#isPretty = isPretty;
  }

  get text(): string {
    return this.#text;
  }

  /** Starts the next value, with the comma and the spaces before it. */
  #beginValue(): void {
    const level = this.#levels.at(-1);
    if (!level) {
      if (this.#isComplete) fail('The JSON document is complete; nothing can follow it');
      this.#isComplete = true;
      return;
    }
    if (level.kind === 'object') {
      if (!level.awaitsValue) fail('Can not write value, expecting field name');
      level.awaitsValue = false;
      return;
    }
    if (level.count > 0) this.#text += ',';
    if (this.#isPretty) this.#text += ' ';
    level.count += 1;
  }

  /** A value that is no object and no array, already as JSON. */
  raw(text: string): void {
    this.#beginValue();
    this.#text += text;
  }

  fieldName(name: string): void {
    const level = this.#levels.at(-1);
    if (level?.kind !== 'object' || level.awaitsValue) return fail('Can not write a field name, expecting a value');
    this.#text += level.count > 0 ? ',' : '';
    if (this.#isPretty) this.#text += this.#newLine();
    this.#text += quoteJson(name) + (this.#isPretty ? ' : ' : ':');
    level.count += 1;
    level.awaitsValue = true;
  }

  startObject(): void {
    this.#start('object', '{');
  }

  endObject(): void {
    const level = this.#end('object');
    if (this.#isPretty) this.#text += level.count > 0 ? this.#newLine() : ' ';
    this.#text += '}';
  }

  startArray(): void {
    this.#start('array', '[');
  }

  endArray(): void {
    this.#end('array');
    this.#text += this.#isPretty ? ' ]' : ']';
  }

  #start(kind: Level['kind'], mark: string): void {
    this.#beginValue();
    this.#text += mark;
    this.#levels.push({ kind, count: 0, awaitsValue: false });
  }

  #end(kind: Level['kind']): Level {
    const level = this.#levels.at(-1);
    if (level?.kind !== kind) return fail(`Current context not an ${kind} but ${level?.kind ?? 'root'}`);
    this.#levels.pop();
    return level;
  }

  /** Only objects indent, as Jackson's printer does. */
  #newLine(): string {
    const depth = this.#levels.filter(({ kind }) => kind === 'object').length;
    return `\n${'  '.repeat(depth)}`;
  }
}

/** A JSON string as Apex writes it: only what must be escaped is. */
export function quoteJson(text: string): string {
  return JSON.stringify(text).replace(/\\u00[0-9a-f]{2}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`);
}

function fail(reason: string): never {
  return throwApex('System.JSONException', reason);
}
