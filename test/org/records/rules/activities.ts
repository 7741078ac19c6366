import { type ObjectRule } from '../pending-row.ts';

/** A task is closed by its status. */
export const taskRule: ObjectRule = {
  objectName: 'Task',
  before: (row, context) => {
    const isClosed = row.values['Status'] === 'Completed';
    row.values['IsClosed'] = isClosed;
    row.values['CompletedDateTime'] = isClosed ? (row.old?.['CompletedDateTime'] ?? context.now) : null;
  },
};
