import { type Field } from '../../metadata/schema.ts';
import { type FieldValue } from '../../store/values.ts';

const LOCALE = 'en-US';
const DAY = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'numeric', year: 'numeric', timeZone: 'UTC' });
const MINUTE = new Intl.DateTimeFormat(LOCALE, {
  day: 'numeric',
  month: 'numeric',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZone: 'UTC',
});

type Show = (field: Field, value: string, currency: string | null) => string;

const SHOWN: Readonly<Record<string, Show>> = {
  currency: (field, value, currency) => `${currency === null ? '' : `${currency} `}${decimal(field, value)}`,
  percent: (field, value) => `${decimal(field, value)}%`,
  int: decimal,
  double: decimal,
  date: (_field, value) => DAY.format(new Date(`${value}T00:00:00Z`)),
  datetime: (_field, value) => MINUTE.format(new Date(value)),
  picklist: (field, value) => field.picklist.find((entry) => entry.value === value)?.label ?? value,
};

/** A value as a page shows it to a user of the org's locale and time zone; null where the value speaks for itself. */
export function displayValue(field: Field, value: FieldValue, currency: string | null): string | null {
  if (value === null || typeof value === 'boolean') return null;
  return SHOWN[field.type]?.(field, value, currency) ?? null;
}

/** Exact: the formatter takes the digits as text. */
function decimal({ scale }: Field, canonical: string): string {
  const format = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: scale, maximumFractionDigits: scale });
  return format.format(canonical as Intl.StringNumericLiteral);
}
