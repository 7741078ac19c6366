import { fieldNamed } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { notWritable, type RecordInput } from '../../records/read-input.ts';
import { normalizeId } from '../../store/record-ids.ts';
import { type PageOrg } from './page-session.ts';
import { objectOfId } from './ui-record.ts';

/** Saves fields of a record as that user; what they may not edit is refused before anything is written. */
export function updateRecord(org: PageOrg, userId: string, rawId: string, input: RecordInput): void {
  const object = objectOfId(org, rawId);
  const id = normalizeId(rawId) ?? rawId;
  const rights = org.security.rightsOf(userId);
  const row = org.store.get(object, id);
  if (!row || !rights.object(object).read) {
    throw new RecordError('NOT_FOUND', 'The requested resource does not exist');
  }
  if (!rights.object(object).edit || !org.security.mayEditRow(userId, object, row)) {
    throw new RecordError(
      'INSUFFICIENT_ACCESS_OR_READONLY',
      "You don't have access to this record. Ask your administrator for help or to request access.",
    );
  }
  const refused = Object.keys(input).filter((name) => {
    const field = fieldNamed(object, name);
    return field !== undefined && !rights.field(object, field).edit;
  });
  if (refused.length > 0) throw notWritable(refused);
  const { error } = org.records.update({ userId }, object.name, id, input);
  if (error) throw error;
}
