import { currentExecution } from '../../execution/execution.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { type ApexSet } from '../../runtime/values/apex-set.ts';
import { throwApex, throwNullReference } from '../../runtime/values/apex-exception.ts';
import { classOf } from '../../types.ts';
import { platformClass, type PlatformDeclaration } from '../declare.ts';
import { DataObject, dataClass, getters } from './data-class.ts';
import { keepEmail, notify, type OrgEmail } from '../../async/notifications.ts';

const NAMESPACE = { namespace: 'Messaging' } as const;

const FIELDS = {
  NotificationTypeId: 'Id',
  SenderId: 'String',
  Title: 'String',
  Body: 'String',
  TargetId: 'String',
  TargetPageRef: 'String',
} as const;

const setters = (fields: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, type]) => [
      `void set${name.charAt(0).toUpperCase()}${name.slice(1)}(${type})`,
      (self: DataObject, value: unknown) => void self.values.set(name, value),
    ]),
  );

function sendNotification(self: DataObject, recipients: ApexSet | null): void {
  const users = [...(recipients ?? throwNullReference()).iterate()].map(String);
  if (self.get('Title') === null || self.get('Body') === null || self.get('NotificationTypeId') === null) {
    throwApex('System.IllegalArgumentException', 'A custom notification needs a type, a title and a body.');
  }
  notify({
    title: String(self.get('Title')),
    body: String(self.get('Body')),
    targetId: textOf(self.get('TargetId')),
    users,
  });
}

function textOf(value: unknown): string | null {
  return value === null ? null : String(value);
}

const EMAIL_FIELDS = {
  toAddresses: 'List<String>',
  ccAddresses: 'List<String>',
  bccAddresses: 'List<String>',
  subject: 'String',
  plainTextBody: 'String',
  htmlBody: 'String',
  replyTo: 'String',
  orgWideEmailAddressId: 'Id',
  references: 'String',
  inReplyTo: 'String',
  charset: 'String',
  useSignature: 'Boolean',
  bccSender: 'Boolean',
  treatTargetObjectAsRecipient: 'Boolean',
  fileAttachments: 'List<Messaging.EmailFileAttachment>',
  entityAttachments: 'List<String>',
  senderDisplayName: 'String',
  saveAsActivity: 'Boolean',
  targetObjectId: 'Id',
  whatId: 'Id',
  templateId: 'Id',
} as const;

const ATTACHMENT_FIELDS = { fileName: 'String', body: 'Blob', contentType: 'String', inline: 'Boolean' } as const;

function toMail(email: DataObject): OrgEmail {
  const addresses = email.get('toAddresses');
  const to = addresses instanceof ApexList ? addresses.items.map(String) : [];
  const target = textOf(email.get('targetObjectId'));
  if (to.length === 0 && target === null) {
    throwApex(
      'System.EmailException',
      'SendEmail failed. First exception on row 0; first error: REQUIRED_FIELD_MISSING, Add a recipient to send an email.: []',
    );
  }
  if (email.get('templateId') !== null)
    throwApex('System.UnsupportedOperationException', 'The local org does not know email templates.');
  return {
    to: target === null ? to : [...to, target],
    subject: textOf(email.get('subject')) ?? '',
    body: textOf(email.get('plainTextBody')) ?? textOf(email.get('htmlBody')) ?? '',
  };
}

/** No mail leaves the local org: it is counted, kept where tests of this program can read it, and reported as sent. */
function sendEmail(emails: ApexList | null): ApexList {
  const { limits } = currentExecution();
  const sent = (emails ?? throwNullReference()).items;
  if (sent.length > 0) limits.use('EmailInvocations');
  for (const email of sent) keepEmail(toMail(email instanceof DataObject ? email : throwNullReference()));
  return new ApexList(
    classOf('Messaging.SendEmailResult'),
    sent.map(
      () =>
        new DataObject('Messaging.SendEmailResult', [
          ['isSuccess', true],
          ['errors', new ApexList(classOf('Database.Error'))],
        ]),
    ),
  );
}

/** Messaging.*: notifications in the org and mails that are only counted. */
export const messagingClasses: readonly PlatformDeclaration[] = [
  dataClass('CustomNotification', {
    ...NAMESPACE,
    fields: {},
    methods: { ...setters(FIELDS), 'void send(Set<String>)': sendNotification },
  }).declaration,
  platformClass('Email', { ...NAMESPACE }),
  dataClass('SingleEmailMessage', {
    ...NAMESPACE,
    extends: 'Messaging.Email',
    fields: EMAIL_FIELDS,
    methods: { ...setters(EMAIL_FIELDS), ...getters(EMAIL_FIELDS) },
  }).declaration,
  dataClass('EmailFileAttachment', {
    ...NAMESPACE,
    fields: ATTACHMENT_FIELDS,
    methods: { ...setters(ATTACHMENT_FIELDS), ...getters(ATTACHMENT_FIELDS) },
  }).declaration,
  platformClass('SendEmailResult', {
    ...NAMESPACE,
    methods: getters({ isSuccess: 'Boolean', errors: 'List<Database.Error>' }),
  }),
  platformClass('Messaging', {
    statics: {
      'List<Messaging.SendEmailResult> sendEmail(List<Messaging.Email>)': sendEmail,
      'List<Messaging.SendEmailResult> sendEmail(List<Messaging.Email>, Boolean)': sendEmail,
      'void reserveSingleEmailCapacity(Integer)': () => undefined,
    },
  }),
];
