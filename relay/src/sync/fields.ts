import type { FieldMapping } from './mapping.ts';

/** True where Salesforce's value goes to Dynamics. */
export function isOutbound(field: FieldMapping): boolean {
  return field.direction !== 'ToSalesforce';
}

/** True where Dynamics' value comes to Salesforce. */
export function isInbound(field: FieldMapping): boolean {
  return field.direction !== 'ToDynamics' || field.isWriteBack;
}
