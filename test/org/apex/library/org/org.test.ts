import { expect, test } from '@jest/globals';
import { createSnippets } from '../apex-snippet.ts';

const run = createSnippets({
  'Mailbox.cls': `public class Mailbox implements Messaging.InboundEmailHandler {
    public Messaging.InboundEmailResult handleInboundEmail(Messaging.InboundEmail mail, Messaging.InboundEnvelope envelope) {
      for (Messaging.InboundEmail.BinaryAttachment file : mail.binaryAttachments)
        insert new ContentVersion(PathOnClient = file.fileName, VersionData = file.body);
      Messaging.InboundEmailResult result = new Messaging.InboundEmailResult();
      result.success = mail.subject == 'ok';
      return result;
    }
  }`,
  'Installer.cls': `public class Installer implements InstallHandler {
    public void onInstall(InstallContext context) { System.debug(context == null ? 'first' : 'next'); }
  }`,
});

test('an email becomes files, each with its document', () =>
  expect(
    run(`
      Messaging.InboundEmail mail = new Messaging.InboundEmail();
      mail.subject = 'ok';
      Messaging.InboundEmail.BinaryAttachment file = new Messaging.InboundEmail.BinaryAttachment();
      file.fileName = 'note.txt';
      file.body = Blob.valueOf('hello');
      mail.binaryAttachments = new List<Messaging.InboundEmail.BinaryAttachment>{ file };
      System.debug(new Mailbox().handleInboundEmail(mail, new Messaging.InboundEnvelope()).success);
      ContentVersion version = [SELECT Title, FileExtension, IsLatest, VersionData, ContentDocument.Title FROM ContentVersion];
      System.debug(version.VersionData.toString() + version.Title + version.FileExtension + version.IsLatest);
      System.debug(version.ContentDocument.Title);
      insert new ContentVersion(PathOnClient = 'note.txt', VersionData = Blob.valueOf('2'), ContentDocumentId = version.ContentDocumentId);
      System.debug([SELECT VersionNumber FROM ContentVersion WHERE IsLatest = true].VersionNumber);
    `),
  ).toEqual(['true', 'hellonotetxttrue', 'note', '2']));

test('package handlers are called like any class', () =>
  expect(run('InstallHandler handler = new Installer(); handler.onInstall(null);')).toEqual(['first']));

test('limits of the org are known by name; no site and no community runs', () =>
  expect(
    run(`System.debug(OrgLimits.getMap().get('SingleEmail').getLimit() + ' ' + OrgLimits.getAll()[0].getValue());
      System.debug(Network.getNetworkId() + ' ' + Site.getName());`),
  ).toEqual(['5000 0', 'null null']));
