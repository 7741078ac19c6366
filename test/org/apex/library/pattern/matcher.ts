import { throwApex } from '../../runtime/values/apex-exception.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { type ApexPattern } from './java-pattern.ts';

/** The engine of one pattern on one text, with the place where the last match was found. */
export class ApexMatcher extends PlatformObject {
  static override readonly apexName = 'System.Matcher';

  pattern: ApexPattern;
  text: string;
  regionStart = 0;
  regionEnd: number;
  #match: RegExpExecArray | null = null;
  #next = 0;
  #hitEnd = false;

  constructor(pattern: ApexPattern, text: string) {
    super();
    this.pattern = pattern;
    this.text = text;
    this.regionEnd = text.length;
  }

  get hitEnd(): boolean {
    return this.#hitEnd;
  }

  matches(): boolean {
    return this.#run(this.pattern.whole, this.regionStart);
  }

  lookingAt(): boolean {
    return this.#run(this.pattern.prefix, this.regionStart);
  }

  /** Goes on after the last match; a match of nothing moves one character on. */
  find(): boolean {
    const start = Math.max(this.#next, this.regionStart);
    if (start > this.regionEnd) {
      this.#match = null;
      return false;
    }
    return this.#run(this.pattern.search, start);
  }

  /** Starts over and finds from that place on. */
  findFrom(start: number): boolean {
    if (start < 0 || start > this.text.length) throwApex('System.StringException', `Illegal start index: ${start}`);
    this.reset(this.text);
    return this.#run(this.pattern.search, start);
  }

  group(index: number): string | null {
    return this.#found(index)[index] ?? null;
  }

  start(index: number): number {
    return this.#indices(index)?.[0] ?? -1;
  }

  end(index: number): number {
    return this.#indices(index)?.[1] ?? -1;
  }

  reset(text: string): this {
    this.text = text;
    return this.region(0, text.length);
  }

  region(start: number, end: number): this {
    if (start < 0 || end < start || end > this.text.length)
      throwApex('System.StringException', `Region out of bounds: ${start}, ${end}`);
    this.regionStart = start;
    this.regionEnd = end;
    this.#next = start;
    this.#match = null;
    return this;
  }

  /** Keeps the place, forgets the match. */
  usePattern(pattern: ApexPattern): this {
    this.pattern = pattern;
    this.#match = null;
    return this;
  }

  #run(expression: RegExp, start: number): boolean {
    expression.lastIndex = start;
    const match = expression.exec(this.text.slice(0, this.regionEnd));
    this.#match = match;
    const end = match ? match.index + match[0].length : this.regionEnd;
    this.#hitEnd = end === this.regionEnd;
    this.#next = match?.[0] === '' ? end + 1 : end;
    return match !== null;
  }

  #found(index: number): RegExpExecArray {
    if (!this.#match) return throwApex('System.StringException', 'No match found');
    if (index < 0 || index >= this.#match.length) return throwApex('System.StringException', `No group ${index}`);
    return this.#match;
  }

  #indices(index: number): [number, number] | undefined {
    return this.#found(index).indices?.[index];
  }
}
