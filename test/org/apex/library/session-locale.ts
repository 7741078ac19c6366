import { currentExecution, isExecuting } from '../execution/execution.ts';

const DEFAULTS = { TimeZoneSidKey: 'GMT', LocaleSidKey: 'en_US' } as const;

/** The time zone of the user who runs the transaction. */
export function userTimeZone(): string {
  return userSetting('TimeZoneSidKey');
}

/** The locale of the user who runs the transaction: `en_US`. */
export function userLocale(): string {
  return userSetting('LocaleSidKey');
}

function userSetting(field: keyof typeof DEFAULTS): string {
  if (!isExecuting()) return DEFAULTS[field];
  const { org, userId } = currentExecution();
  const users = org.store.schema.objects.get('user');
  const value = users && org.store.get(users, userId)?.[field];
  return typeof value === 'string' ? value : DEFAULTS[field];
}
