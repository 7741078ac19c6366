/** A moment on the clock of some zone. */
export type ClockTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
};

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds that the zone is ahead of GMT at that instant. */
export function zoneOffset(zone: string, epochMs: number): number {
  if (isGmt(zone)) return 0;
  const fixed = /^(?:GMT|UTC)([+-])(\d{1,2}):?(\d{2})?$/i.exec(zone);
  if (fixed) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0)) * 60_000;
  const parts = Object.fromEntries(
    zoneFormatter(zone)
      .formatToParts(epochMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wholeSeconds = Math.floor(epochMs / 1000) * 1000;
  return utcMilliseconds({ year, month, day, hour, minute, second, millisecond: 0 }) - wholeSeconds;
}

/** What the clock of the zone shows at that instant. */
export function clockAt(epochMs: number, zone: string): ClockTime {
  const shifted = new Date(epochMs + zoneOffset(zone, epochMs));
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    millisecond: shifted.getUTCMilliseconds(),
  };
}

/** The instant when the clock of the zone shows that time; fields beyond their range carry over, as Java's calendar does. */
export function instantOf(clock: ClockTime, zone: string): number {
  const local = utcMilliseconds(clock);
  const guess = local - zoneOffset(zone, local);
  const offset = zoneOffset(zone, guess);
  const instant = local - offset;
  // Where the clock jumps forward the time does not exist: Java goes on by the offset before the jump.
  return zoneOffset(zone, instant) === offset ? instant : local - Math.min(offset, zoneOffset(zone, instant));
}

/** Milliseconds since 1970 of a clock without a zone; years before 100 are meant as they stand. */
export function utcMilliseconds(clock: ClockTime): number {
  const date = new Date(0);
  date.setUTCFullYear(clock.year, clock.month - 1, clock.day);
  date.setUTCHours(clock.hour, clock.minute, clock.second, clock.millisecond);
  return date.getTime();
}

/** The zone's id as Apex gives it back; a name that nobody knows means GMT, as in Java. */
export function knownZone(name: string): string {
  if (isGmt(name) || /^(?:GMT|UTC)[+-]\d/i.test(name)) return name;
  try {
    zoneFormatter(name);
    return name;
  } catch {
    return 'GMT';
  }
}

/** Names of the zone at that instant: `Central European Standard Time` or `CET`. */
export function zoneName(zone: string, epochMs: number, style: 'long' | 'short'): string {
  if (isGmt(zone)) return style === 'long' ? 'Greenwich Mean Time' : zone;
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: style }).formatToParts(epochMs);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}

function isGmt(zone: string): boolean {
  return zone === 'GMT' || zone === 'UTC';
}

function zoneFormatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const created = createFormatter(zone);
  formatters.set(zone, created);
  return created;
}

function createFormatter(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}
