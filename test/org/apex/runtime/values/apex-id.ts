import { type ApexType, types } from '../../types.ts';
import { throwApex } from './apex-exception.ts';
import { ApexValue, type HashKey } from './apex-value.ts';
import { textHash } from './text.ts';

const CHECK_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** A record id of 18 characters; the same object for the same id, so that `===` compares ids. */
export class ApexId extends ApexValue {
  static readonly #known = new Map<string, WeakRef<ApexId>>();

  readonly value: string;

  private constructor(value: string) {
    super();
    this.value = value;
  }

  /** Takes 15 or 18 characters; anything else is a StringException, as in Apex. */
  static of(text: string): ApexId {
    const full = fullId(text);
    if (full === null) throwApex('System.StringException', `Invalid id: ${text}`);
    const known = ApexId.#known.get(full)?.deref();
    if (known) return known;
    const created = new ApexId(full);
    ApexId.#known.set(full, new WeakRef(created));
    return created;
  }

  override get apexType(): ApexType {
    return types.Id;
  }

  override equalsValue(other: unknown): boolean {
    if (typeof other === 'string') return fullId(other) === this.value;
    return this === other;
  }

  override hashCode(): number {
    return textHash(this.value);
  }

  override hashKey(): HashKey {
    return this.value;
  }

  override toApexString(): string {
    return this.value;
  }
}

/** The id in 18 characters; null where the text is no id. Letter case of 18 characters is restored from the check letters. */
export function fullId(text: string): string | null {
  if (/^[A-Za-z0-9]{15}$/.test(text)) return text + checkLetters(text);
  if (!/^[A-Za-z0-9]{15}[A-Za-z0-5]{3}$/.test(text)) return null;
  const short = text.slice(0, 15);
  const suffix = text.slice(15).toUpperCase();
  return checkLetters(short) === suffix ? short + suffix : withCaseOf(short, suffix);
}

function checkLetters(short: string): string {
  return [0, 5, 10].map((start) => checkLetter(short.slice(start, start + 5))).join('');
}

function checkLetter(five: string): string {
  const bits = Array.from(five).reduce((sum, letter, index) => sum + (/[A-Z]/.test(letter) ? 1 << index : 0), 0);
  return CHECK_LETTERS.charAt(bits);
}

function withCaseOf(short: string, suffix: string): string | null {
  const restored = Array.from(short).map((letter, index) => {
    const bits = CHECK_LETTERS.indexOf(suffix.charAt(Math.floor(index / 5)));
    return (bits >> (index % 5)) & 1 ? letter.toUpperCase() : letter.toLowerCase();
  });
  const fixed = restored.join('');
  return checkLetters(fixed) === suffix ? fixed + suffix : null;
}
