import { type ApexDatetime, ApexTime } from '../../runtime/values/apex-datetime.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { knownZone, zoneName, zoneOffset } from '../../runtime/values/time-zones.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';
import { formatPattern } from './date-format.ts';

const plus =
  (milliseconds: number) =>
  (self: ApexTime, count: number): ApexTime =>
    new ApexTime(self.milliseconds + count * milliseconds);

export const timeClass = platformClass('Time', {
  statics: {
    'Time newInstance(Integer, Integer, Integer, Integer)': strictStatic((...parts: number[]) => {
      const [hour = 0, minute = 0, second = 0, millisecond = 0] = parts;
      return new ApexTime(((hour * 60 + minute) * 60 + second) * 1000 + millisecond);
    }),
  },
  methods: strictMethods({
    'Time addHours(Integer)': plus(3_600_000),
    'Time addMinutes(Integer)': plus(60_000),
    'Time addSeconds(Integer)': plus(1000),
    'Time addMilliseconds(Integer)': plus(1),
    'Integer hour()': (self: ApexTime) => self.hour,
    'Integer minute()': (self: ApexTime) => self.minute,
    'Integer second()': (self: ApexTime) => self.second,
    'Integer millisecond()': (self: ApexTime) => self.millisecond,
  }),
});

/** A System.TimeZone. */
export class ApexTimeZone extends PlatformObject {
  static override readonly apexName = 'System.TimeZone';

  readonly id: string;

  constructor(id: string) {
    super();
    this.id = knownZone(id);
  }

  override equalsValue(other: unknown): boolean {
    return other instanceof ApexTimeZone && other.id === this.id;
  }

  override toApexString(): string {
    return this.id;
  }
}

/** Standard time, whatever the season, is what a zone is named by. */
const MID_JANUARY_2026 = Date.UTC(2026, 0, 15);

export const timeZoneClass = platformClass('TimeZone', {
  statics: { 'TimeZone getTimeZone(String)': strictStatic((id: string) => new ApexTimeZone(id)) },
  methods: strictMethods({
    'String getID()': (self: ApexTimeZone) => self.id,
    'String getDisplayName()': ({ id }: ApexTimeZone) => {
      const offset = formatPattern(MID_JANUARY_2026, 'Z', id).replace(/(\d\d)$/, ':$1');
      return `(GMT${offset}) ${zoneName(id, MID_JANUARY_2026, 'long')} (${id})`;
    },
    'Integer getOffset(Datetime)': (self: ApexTimeZone, instant: ApexDatetime) => zoneOffset(self.id, instant.epochMs),
    'String toString()': (self: ApexTimeZone) => self.id,
  }),
});
