import { type FieldValue } from '../../store/values.ts';
import { type ObjectRule, type PendingRow } from '../pending-row.ts';

function fullName(row: PendingRow): FieldValue {
  return [row.values['FirstName'], row.values['LastName']].filter((part) => typeof part === 'string').join(' ') || null;
}

const composesName = (objectName: string): ObjectRule => ({
  objectName,
  before: (row) => {
    row.values['Name'] = fullName(row);
  },
});

/** People's Name is made of first and last name, never written. */
export const nameRules: readonly ObjectRule[] = [composesName('Contact'), composesName('Lead'), composesName('User')];
