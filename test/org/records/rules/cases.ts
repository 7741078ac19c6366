import { type ObjectRule } from '../pending-row.ts';

/** A case is closed by its status. */
export const caseRule: ObjectRule = {
  objectName: 'Case',
  before: (row, context) => {
    const isClosed = row.values['Status'] === 'Closed';
    row.values['IsClosed'] = isClosed;
    row.values['ClosedDate'] = isClosed ? (row.old?.['ClosedDate'] ?? context.now) : null;
  },
};
