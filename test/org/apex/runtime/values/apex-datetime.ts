import { type ApexType, types } from '../../types.ts';
import { ApexDate, twoDigits } from './apex-date.ts';
import { ApexValue, type HashKey } from './apex-value.ts';
import { longHash } from './equality.ts';

/** An instant, to the millisecond. */
export class ApexDatetime extends ApexValue {
  readonly epochMs: number;

  constructor(epochMs: number) {
    super();
    this.epochMs = epochMs;
  }

  /** Midnight GMT of a day: what a Date becomes where a Datetime is wanted. */
  static ofDate(date: ApexDate): ApexDatetime {
    return new ApexDatetime(date.epochDay * 86_400_000);
  }

  /** `2026-11-23T15:04:05.000Z`, as JSON shows it. */
  iso(): string {
    return new Date(this.epochMs).toISOString();
  }

  override get apexType(): ApexType {
    return types.Datetime;
  }

  override equalsValue(other: unknown): boolean {
    if (other instanceof ApexDate) return ApexDatetime.ofDate(other).epochMs === this.epochMs;
    return other instanceof ApexDatetime && other.epochMs === this.epochMs;
  }

  override sameKey(other: unknown): boolean {
    return other instanceof ApexDatetime && other.epochMs === this.epochMs;
  }

  override hashCode(): number {
    return longHash(BigInt(this.epochMs));
  }

  override hashKey(): HashKey {
    return `\0T${this.epochMs}`;
  }

  override toApexString(): string {
    return this.iso().slice(0, 19).replace('T', ' ');
  }
}

/** A time of day. */
export class ApexTime extends ApexValue {
  /** Since midnight, below one day. */
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super();
    this.milliseconds = ((milliseconds % 86_400_000) + 86_400_000) % 86_400_000;
  }

  /** Reads `15:04:05.000Z`, `15:04:05` or `15:04`; null for anything else. */
  static ofIso(text: string): ApexTime | null {
    const match = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?Z?$/.exec(text);
    if (!match) return null;
    const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
    if (hours > 23 || minutes > 59 || seconds > 59) return null;
    return new ApexTime(((hours * 60 + minutes) * 60 + seconds) * 1000 + Number((match[4] ?? '').padEnd(3, '0')));
  }

  get hour(): number {
    return Math.floor(this.milliseconds / 3_600_000);
  }

  get minute(): number {
    return Math.floor(this.milliseconds / 60_000) % 60;
  }

  get second(): number {
    return Math.floor(this.milliseconds / 1000) % 60;
  }

  get millisecond(): number {
    return this.milliseconds % 1000;
  }

  override get apexType(): ApexType {
    return types.Time;
  }

  override equalsValue(other: unknown): boolean {
    return other instanceof ApexTime && other.milliseconds === this.milliseconds;
  }

  override hashCode(): number {
    return this.milliseconds;
  }

  override hashKey(): HashKey {
    return `\0t${this.milliseconds}`;
  }

  override toApexString(): string {
    const thousandths = String(this.millisecond).padStart(3, '0');
    return `${twoDigits(this.hour)}:${twoDigits(this.minute)}:${twoDigits(this.second)}.${thousandths}Z`;
  }
}
