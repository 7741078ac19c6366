import { mustHaveField, objectNamed } from '../../metadata/schema.ts';
import { type RecordStore } from '../../store/record-store.ts';
import { type Row } from '../../store/values.ts';
import { AUTOMATED_PROCESS } from '../async/deliver-events.ts';
import { insertPlatformRow } from '../async/job-store.ts';
import { type OrgMetadata, type RecordTypeSource } from '../data/org-metadata.ts';

/** Standard profiles that Apex tests make users of. */
const PROFILES = [
  'Standard User',
  'Minimum Access - Salesforce',
  'Read Only',
  'Marketing User',
  'Contract Manager',
  'Solution Manager',
  'Standard Platform User',
];

/** Rows that stand for what the sources bring: permission sets, custom permissions, notification types; and the process user. */
export function seedPlatform(store: RecordStore, metadata: OrgMetadata, now: string): void {
  store.db.run(
    'CREATE TABLE IF NOT EXISTS _notifications (sequence INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, target_id TEXT, created_at TEXT NOT NULL, is_read INTEGER NOT NULL DEFAULT 0)',
  );
  store.db.run(
    'CREATE TABLE IF NOT EXISTS _emails (sequence INTEGER PRIMARY KEY AUTOINCREMENT, recipients TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, sent_at TEXT NOT NULL)',
  );
  const admin = String(store.db.all('SELECT "Id" FROM "User" ORDER BY "Id" LIMIT 1')[0]?.[0] ?? '');
  const ensure = (objectName: string, keyField: string, values: Row): string => {
    const object = objectNamed(store.schema, objectName);
    const known = store.find(object, mustHaveField(object, keyField), values[keyField] ?? null)[0]?.['Id'];
    return typeof known === 'string' ? known : insertPlatformRow(store, objectName, values, { userId: admin, now });
  };
  for (const name of PROFILES) ensure('Profile', 'Name', { Name: name, UserType: 'Standard' });
  for (const { name, label } of metadata.permissionSets) {
    ensure('PermissionSet', 'Name', { Name: name, Label: label, IsCustom: true, IsOwnedByProfile: false });
  }
  for (const [name, label] of metadata.customPermissions) {
    ensure('CustomPermission', 'DeveloperName', { DeveloperName: name, MasterLabel: label });
  }
  for (const name of metadata.notificationTypes) {
    ensure('CustomNotificationType', 'DeveloperName', { DeveloperName: name, CustomNotifTypeName: name });
  }
  for (const { name, contentType } of metadata.staticResources.values()) {
    ensure('StaticResource', 'Name', { Name: name, ContentType: contentType });
  }
  for (const type of metadata.recordTypes) ensureRecordType(store, type, { userId: admin, now });
  ensure('User', 'Alias', {
    Alias: AUTOMATED_PROCESS,
    Username: `${AUTOMATED_PROCESS}@causeway.example`,
    LastName: 'Automated Process',
    Name: 'Automated Process',
    Email: `${AUTOMATED_PROCESS}@causeway.example`,
    IsActive: true,
    UserType: 'AutomatedProcess',
    TimeZoneSidKey: 'GMT',
    LocaleSidKey: 'en_US',
    LanguageLocaleKey: 'en_US',
    EmailEncodingKey: 'UTF-8',
    CurrencyIsoCode: 'USD',
    DefaultCurrencyIsoCode: 'USD',
  });
}

/** Names of record types repeat from object to object. */
function ensureRecordType(
  store: RecordStore,
  { name, object, label, description, isActive }: RecordTypeSource,
  by: { readonly userId: string; readonly now: string },
): void {
  const types = objectNamed(store.schema, 'RecordType');
  const known = store.find(types, mustHaveField(types, 'DeveloperName'), name);
  if (known.some((row) => String(row['SobjectType']).toLowerCase() === object.toLowerCase())) return;
  const values = {
    Name: label,
    DeveloperName: name,
    SobjectType: object,
    Description: description,
    IsActive: isActive,
  };
  insertPlatformRow(store, 'RecordType', values, by);
}
