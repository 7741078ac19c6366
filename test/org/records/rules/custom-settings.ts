import { type ObjectRule } from '../pending-row.ts';

/** A hierarchy setting without an owner is the organization's own. */
export function customSettingRule(organizationId: string): ObjectRule {
  return {
    objectName: '*',
    before: (row) => {
      if (row.object.kind !== 'setting') return;
      row.values['SetupOwnerId'] ??= organizationId;
      row.values['Name'] ??= row.id;
    },
  };
}
