import { type ObjectRule, type PendingRow, type RuleContext } from '../pending-row.ts';

const text = (row: PendingRow, field: string): string => String(row.values[field] ?? '');

/** What the name of the file tells. */
function describeFile({ values }: PendingRow, path: string): void {
  const dot = path.lastIndexOf('.');
  const extension = dot < 0 ? null : path.slice(dot + 1);
  values['Title'] ??= path.slice(0, dot < 0 ? undefined : dot) || null;
  values['FileExtension'] ??= extension;
  values['FileType'] ??= extension?.toUpperCase() ?? null;
}

function numberVersion({ values }: PendingRow, context: RuleContext): void {
  const { Title = null, FileExtension = null, FileType = null } = values;
  values['ContentDocumentId'] ??= context.insertInternally('ContentDocument', { Title, FileExtension, FileType });
  const earlier = context.find('ContentVersion', 'ContentDocumentId', values['ContentDocumentId']);
  for (const { Id: id } of earlier) context.updateInternally('ContentVersion', String(id), { IsLatest: false });
  values['VersionNumber'] = String(earlier.length + 1);
  values['IsLatest'] = true;
}

/** A file's first version makes its document; later ones take the place of the latest. */
export const contentVersionRule: ObjectRule = {
  objectName: 'ContentVersion',
  before: (row, context) => {
    if (row.old) return;
    describeFile(row, text(row, 'PathOnClient'));
    row.values['ContentSize'] = String(Buffer.from(text(row, 'VersionData'), 'base64').length);
    numberVersion(row, context);
  },
  after: (row, context) => {
    if (row.old) return;
    context.updateInternally('ContentDocument', text(row, 'ContentDocumentId'), { LatestPublishedVersionId: row.id });
    const place = row.values['FirstPublishLocationId'];
    if (typeof place === 'string')
      context.insertInternally('ContentDocumentLink', {
        ContentDocumentId: row.values['ContentDocumentId'] ?? null,
        LinkedEntityId: place,
        ShareType: 'V',
      });
  },
};
