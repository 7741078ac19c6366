import { type RecordStore } from '../../store/record-store.ts';
import { currentExecution, nowOf } from '../execution/execution.ts';

export type OrgNotification = {
  readonly title: string;
  readonly body: string;
  readonly targetId: string | null;
  readonly users: readonly string[];
};

/** Messaging.CustomNotification.send: it lies in the org's file, where the bell of the browser finds it after the commit. */
export function notify(notification: OrgNotification): void {
  const execution = currentExecution();
  const { org, transaction } = execution;
  transaction.beginWrite();
  const at = new Date(nowOf(execution)).toISOString();
  for (const userId of notification.users) {
    org.store.db.run(
      'INSERT INTO _notifications (user_id, title, body, target_id, created_at) VALUES (?, ?, ?, ?, ?)',
      [userId, notification.title, notification.body, notification.targetId, at],
    );
  }
}

export type OrgEmail = { readonly to: readonly string[]; readonly subject: string; readonly body: string };

/** Messaging.sendEmail: it lies in the org's file and goes nowhere; a rollback takes it along. */
export function keepEmail({ to, subject, body }: OrgEmail): void {
  const execution = currentExecution();
  execution.transaction.beginWrite();
  const at = new Date(nowOf(execution)).toISOString();
  execution.org.store.db.run('INSERT INTO _emails (recipients, subject, body, sent_at) VALUES (?, ?, ?, ?)', [
    JSON.stringify(to),
    subject,
    body,
    at,
  ]);
}

/** What Apex has sent by mail, in order. */
export function sentEmails({ db }: RecordStore): OrgEmail[] {
  return db.all('SELECT recipients, subject, body FROM _emails ORDER BY sequence').map(([to, subject, body]) => ({
    to: JSON.parse(String(to)) as string[],
    subject: String(subject),
    body: String(body),
  }));
}
