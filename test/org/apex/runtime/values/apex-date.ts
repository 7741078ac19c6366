import { type ApexType, types } from '../../types.ts';
import { ApexValue, type HashKey } from './apex-value.ts';
import { longHash } from './equality.ts';

const DAY_MS = 86_400_000;

/** A calendar day without a zone. */
export class ApexDate extends ApexValue {
  /** Days since 1970-01-01. */
  readonly epochDay: number;

  constructor(epochDay: number) {
    super();
    this.epochDay = epochDay;
  }

  /** Month and day may lie outside their range and carry over, as in `Date.newInstance(2026, 13, 1)`. */
  static of(year: number, month: number, day: number): ApexDate {
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    return new ApexDate(Math.floor(date.getTime() / DAY_MS));
  }

  /** Reads `2026-11-23`; null for anything else. */
  static ofIso(text: string): ApexDate | null {
    const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
    if (!match) return null;
    const date = ApexDate.of(Number(match[1]), Number(match[2]), Number(match[3]));
    return date.month === Number(match[2]) ? date : null;
  }

  get #utc(): Date {
    return new Date(this.epochDay * DAY_MS);
  }

  get year(): number {
    return this.#utc.getUTCFullYear();
  }

  get month(): number {
    return this.#utc.getUTCMonth() + 1;
  }

  get day(): number {
    return this.#utc.getUTCDate();
  }

  /** 0 is Sunday. */
  get weekday(): number {
    return this.#utc.getUTCDay();
  }

  plusDays(days: number): ApexDate {
    return new ApexDate(this.epochDay + days);
  }

  /** Keeps the day of the month, or takes the last one where the month is shorter. */
  plusMonths(months: number): ApexDate {
    const target = this.year * 12 + this.month - 1 + months;
    const [year, month] = [Math.floor(target / 12), (((target % 12) + 12) % 12) + 1];
    return ApexDate.of(year, month, Math.min(this.day, daysInMonth(year, month)));
  }

  /** `2026-11-23`. */
  iso(): string {
    return `${String(this.year).padStart(4, '0')}-${twoDigits(this.month)}-${twoDigits(this.day)}`;
  }

  override get apexType(): ApexType {
    return types.Date;
  }

  override equalsValue(other: unknown): boolean {
    if (other instanceof ApexDate) return other.epochDay === this.epochDay;
    return other instanceof ApexValue && other.apexType === types.Datetime && other.equalsValue(this);
  }

  override sameKey(other: unknown): boolean {
    return other instanceof ApexDate && other.epochDay === this.epochDay;
  }

  override hashCode(): number {
    return longHash(BigInt(this.epochDay) * BigInt(DAY_MS));
  }

  override hashKey(): HashKey {
    return `\0D${this.epochDay}`;
  }

  override toApexString(): string {
    return `${this.iso()} 00:00:00`;
  }
}

export function daysInMonth(year: number, month: number): number {
  return ApexDate.of(year, month + 1, 0).day;
}

export function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
