import { type Row } from '../store/values.ts';
import { formatAutoNumber } from './auto-number.ts';
import { defaultValue } from './field-defaults.ts';
import { type PendingRow, type RuleContext } from './pending-row.ts';

type Defaults = {
  readonly context: RuleContext;
  readonly nextNumber: (sequence: string) => number;
  /** The currency of records whose caller names none. */
  readonly currency: string;
};

/** Gives a new record what its caller left out: defaults, numbers, owner, currency and the system fields. */
export function fillDefaults(row: PendingRow, { context, nextNumber, currency }: Defaults): void {
  for (const field of row.object.fields.values()) {
    if (field.formula !== null || field.name in row.values) continue;
    row.values[field.name] = field.autoNumber
      ? formatAutoNumber(field.autoNumber, nextNumber(`auto:${row.object.name}.${field.name}`), context.now)
      : defaultValue(field, context);
  }
  for (const [name, value] of Object.entries(systemValues(row, context, currency))) {
    if (row.object.fields.has(name.toLowerCase())) row.values[name] = value;
  }
  const hasWritableName = row.object.fields.get('name')?.isCreateable === true;
  if (row.object.kind === 'custom' && hasWritableName) row.values['Name'] ??= row.id;
}

function systemValues(row: PendingRow, { session, now }: RuleContext, currency: string): Row {
  return {
    Id: row.id,
    IsDeleted: false,
    CreatedDate: now,
    CreatedById: session.userId,
    LastModifiedDate: now,
    LastModifiedById: session.userId,
    SystemModstamp: now,
    OwnerId: row.values['OwnerId'] ?? session.userId,
    CurrencyIsoCode: row.given.has('CurrencyIsoCode') ? (row.values['CurrencyIsoCode'] ?? null) : currency,
  };
}
