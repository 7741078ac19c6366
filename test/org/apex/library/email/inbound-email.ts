import { ApexList } from '../../runtime/values/apex-list.ts';
import { classOf, types } from '../../types.ts';
import { dataClass } from '../data/data-class.ts';
import { type PlatformDeclaration, platformInterface } from '../declare.ts';

const NAMESPACE = { namespace: 'Messaging' } as const;

const attachment = (name: string, bodyType: string): PlatformDeclaration =>
  dataClass(name, { ...NAMESPACE, fields: { body: bodyType, fileName: 'String', mimeTypeSubType: 'String' } })
    .declaration;

const email = dataClass('InboundEmail', {
  ...NAMESPACE,
  fields: {
    binaryAttachments: 'List<Messaging.InboundEmail.BinaryAttachment>',
    textAttachments: 'List<Messaging.InboundEmail.TextAttachment>',
    headers: 'List<Messaging.InboundEmail.Header>',
    ccAddresses: 'List<String>',
    toAddresses: 'List<String>',
    references: 'List<String>',
    fromAddress: 'String',
    fromName: 'String',
    htmlBody: 'String',
    htmlBodyIsTruncated: 'Boolean',
    inReplyTo: 'String',
    messageId: 'String',
    plainTextBody: 'String',
    plainTextBodyIsTruncated: 'Boolean',
    replyTo: 'String',
    subject: 'String',
  },
  initial: () => ({
    headers: new ApexList(classOf('Messaging.InboundEmail.Header')),
    ccAddresses: new ApexList(types.String),
    toAddresses: new ApexList(types.String),
  }),
});

/** What an email service of Apex receives and answers. */
export const inboundEmailClasses: readonly PlatformDeclaration[] = [
  email.declaration,
  attachment('InboundEmail.BinaryAttachment', 'Blob'),
  attachment('InboundEmail.TextAttachment', 'String'),
  dataClass('InboundEmail.Header', { ...NAMESPACE, fields: { name: 'String', value: 'String' } }).declaration,
  dataClass('InboundEnvelope', { ...NAMESPACE, fields: { fromAddress: 'String', toAddress: 'String' } }).declaration,
  dataClass('InboundEmailResult', { ...NAMESPACE, fields: { success: 'Boolean', message: 'String' } }).declaration,
  platformInterface('InboundEmailHandler', {
    ...NAMESPACE,
    methods: ['Messaging.InboundEmailResult handleInboundEmail(Messaging.InboundEmail, Messaging.InboundEnvelope)'],
  }),
];
