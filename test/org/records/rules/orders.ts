import { RecordError } from '../../record-error.ts';
import { type FieldValue } from '../../store/values.ts';
import { hasMoved, type ObjectRule, type PendingRow, type RuleContext } from '../pending-row.ts';
import { applyPriceBookEntry, lineParent, lineTotal, sumOf } from './price-book-lines.ts';

const PARENT = { objectName: 'Order', fieldName: 'OrderId' };

/** What an activated order still lets standard users change; our own fields stay writable. */
const OPEN_WHEN_ACTIVATED: ReadonlySet<string> = new Set([
  'Status',
  'Description',
  'OwnerId',
  'PoNumber',
  'PoDate',
  'OrderReferenceNumber',
  'Name',
]);

function moved(row: PendingRow): string[] {
  return [...row.given].filter((field) => hasMoved(row, field));
}

function guardStatus(row: PendingRow, context: RuleContext): void {
  row.values['StatusCode'] = row.values['Status'] === 'Activated' ? 'Activated' : 'Draft';
  if (row.old === null && row.values['StatusCode'] !== 'Draft') {
    throw new RecordError('FAILED_ACTIVATION', 'An order must be created with a status whose category is Draft.', [
      'Status',
    ]);
  }
  if (row.old === null || !hasMoved(row, 'StatusCode')) return;
  if (row.values['StatusCode'] === 'Draft') {
    row.values['ActivatedDate'] = null;
    row.values['ActivatedById'] = null;
    return;
  }
  const others = moved(row).filter((field) => field !== 'Status');
  if (others.length > 0) {
    throw new RecordError(
      'FAILED_ACTIVATION',
      `Status must be the only field changed when an order is activated; also changed: ${others.join(', ')}.`,
      others,
    );
  }
  if (context.find('OrderItem', 'OrderId', row.id).length === 0) {
    throw new RecordError('FAILED_ACTIVATION', 'An order must have at least one product to be activated.', ['Status']);
  }
  row.values['ActivatedDate'] = context.now;
  row.values['ActivatedById'] = context.session.userId;
}

function guardActivated(row: PendingRow): void {
  if (row.isInternal || row.old?.['StatusCode'] !== 'Activated') return;
  const locked = moved(row).filter((field) => !field.endsWith('__c') && !OPEN_WHEN_ACTIVATED.has(field));
  if (locked.length === 0) return;
  throw new RecordError(
    'FIELD_INTEGRITY_EXCEPTION',
    `field integrity exception: ${locked.join(', ')} (an activated order cannot be changed in these fields)`,
    locked,
  );
}

/** Orders begin as drafts, are activated by their status alone, and are then closed to most changes. */
export const orderRule: ObjectRule = {
  objectName: 'Order',
  before: (row, context) => {
    guardActivated(row);
    guardStatus(row, context);
    row.values['TotalAmount'] ??= '0';
  },
  beforeDelete: (row) => {
    if (row['StatusCode'] !== 'Activated') return;
    throw new RecordError('DELETE_FAILED', `An activated order cannot be deleted: ${String(row['OrderNumber'])}`);
  },
};

function refuseActivated(status: FieldValue | undefined): void {
  if (status !== 'Activated') return;
  throw new RecordError(
    'FIELD_INTEGRITY_EXCEPTION',
    'Products of an activated order cannot be added, changed or deleted.',
  );
}

function rollUp(orderId: FieldValue | undefined, context: RuleContext): void {
  const order = context.read('Order', orderId);
  if (!order || order['IsDeleted'] === true) return;
  const items = context.find('OrderItem', 'OrderId', order['Id'] ?? null);
  context.updateInternally('Order', String(order['Id']), { TotalAmount: sumOf(items, 'TotalPrice') });
}

/** Products of an order: from its price book, only while it is a draft. */
export const orderItemRule: ObjectRule = {
  objectName: 'OrderItem',
  before: (row, context) => {
    const order = lineParent(row, context, PARENT);
    const isOnlyOurs = row.old !== null && moved(row).every((field) => field.endsWith('__c'));
    if (!isOnlyOurs) refuseActivated(order['StatusCode']);
    applyPriceBookEntry(row, context, order);
    row.values['TotalPrice'] = lineTotal(row.values['Quantity'] ?? null, row.values['UnitPrice'] ?? null, null);
    row.values['AvailableQuantity'] = row.values['Quantity'] ?? null;
  },
  after: (row, context) => rollUp(row.values['OrderId'], context),
  beforeDelete: (row, context) => refuseActivated(context.read('Order', row['OrderId'])?.['StatusCode']),
  afterDelete: (row, context) => rollUp(row['OrderId'], context),
};
