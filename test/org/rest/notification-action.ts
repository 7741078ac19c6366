import { objectNamed } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { normalizeId } from '../store/record-ids.ts';
import { type RecordStore } from '../store/record-store.ts';
import { jsonBody, type RestRequest, type RestResponse } from './http.ts';

const ACTION = 'customNotificationAction';
const SUCCESS = 'Your custom notification is processed successfully.';
const MAX_RECIPIENTS = 500;

type Input = Readonly<Record<string, unknown>>;
type Notification = {
  readonly title: string;
  readonly body: string;
  readonly targetId: string | null;
  readonly users: readonly string[];
};
type Notifying = { readonly store: RecordStore; readonly clock: () => Date };

/** POST /actions/standard/customNotificationAction: each input is a notification, which the bell of its recipients shows. */
export function sendNotifications({ store, clock }: Notifying, request: RestRequest): RestResponse {
  const { inputs } = jsonBody(request);
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw new RecordError('INVALID_INPUT', `${ACTION} needs inputs: an array with at least one notification.`);
  }
  const now = clock().toISOString();
  const answers = (inputs as Input[]).map((input) => sendOne(store, input, now));
  return { status: answers.every(({ isSuccess }) => isSuccess) ? 200 : 400, body: answers };
}

type ActionAnswer = {
  readonly actionName: string;
  readonly errors: readonly unknown[] | null;
  readonly isSuccess: boolean;
  readonly outputValues: { readonly SuccessMessage: string } | null;
};

function sendOne(store: RecordStore, input: Input, now: string): ActionAnswer {
  try {
    keep(store, readInput(store, input), now);
    return { actionName: ACTION, errors: null, isSuccess: true, outputValues: { SuccessMessage: SUCCESS } };
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    const { statusCode, message, fields } = error;
    return { actionName: ACTION, errors: [{ statusCode, message, fields }], isSuccess: false, outputValues: null };
  }
}

function readInput(store: RecordStore, input: Input): Notification {
  const text = (name: string): string => {
    const value = input[name];
    if (typeof value === 'string' && value.trim() !== '') return value;
    throw new RecordError('MISSING_ARGUMENT', `Missing required input parameter: ${name}`);
  };
  const typeId = normalizeId(text('customNotifTypeId'));
  if (typeId === null || !store.get(objectNamed(store.schema, 'CustomNotificationType'), typeId)) {
    throw new RecordError('INVALID_ID_FIELD', `No custom notification type has the id ${text('customNotifTypeId')}`);
  }
  const { targetId = null, targetPageRef = null } = input;
  if (targetId === null && targetPageRef === null) {
    throw new RecordError('MISSING_ARGUMENT', 'A notification needs a targetId or a targetPageRef');
  }
  return {
    title: text('title'),
    body: text('body'),
    targetId: targetId === null ? null : text('targetId'),
    users: recipients(store, input['recipientIds']),
  };
}

function recipients(store: RecordStore, given: unknown): string[] {
  const ids = Array.isArray(given) ? given.map(String) : [];
  if (ids.length === 0 || ids.length > MAX_RECIPIENTS) {
    throw new RecordError('MISSING_ARGUMENT', `A notification needs 1 to ${MAX_RECIPIENTS} recipientIds`);
  }
  const user = objectNamed(store.schema, 'User');
  return ids.map((text) => {
    const id = normalizeId(text);
    if (id !== null && store.get(user, id)) return id;
    throw new RecordError('INVALID_ID_FIELD', `The local org knows no user ${text}; it notifies users only`);
  });
}

/** Where Apex keeps its notifications too. */
function keep({ db }: RecordStore, { title, body, targetId, users }: Notification, now: string): void {
  for (const userId of new Set(users)) {
    db.run('INSERT INTO _notifications (user_id, title, body, target_id, created_at) VALUES (?, ?, ?, ?, ?)', [
      userId,
      title,
      body,
      targetId,
      now,
    ]);
  }
}

/** What the bell of that user would show, newest first. */
export function notificationsOf({ db }: RecordStore, userId: string): Omit<Notification, 'users'>[] {
  const sql = 'SELECT title, body, target_id FROM _notifications WHERE user_id = ? ORDER BY sequence DESC';
  return db.all(sql, [userId]).map(([title, body, targetId]) => ({
    title: String(title),
    body: String(body),
    targetId: typeof targetId === 'string' ? targetId : null,
  }));
}
