import { deployMetadataRecords } from './metadata/custom-metadata.ts';
import { install, installedRecord, type InstalledPackage } from './metadata/installed-package.ts';
import {
  findSourceFiles,
  type MetadataRecord,
  type OnUnknown,
  readMetadataRecord,
  readSourceObjects,
} from './metadata/read-source.ts';
import { objectNamed, type ObjectType } from './metadata/schema.ts';
import { readStandardObjects } from './metadata/standard-objects.ts';
import { type Session } from './records/pending-row.ts';
import { createRecords, type Records } from './records/records.ts';
import { STANDARD_RULES } from './records/rules/all-rules.ts';
import { customSettingRule } from './records/rules/custom-settings.ts';
import { createFaults, type Faults } from './rest/faults.ts';
import { CURRENCIES, defaultOrganizationId, seedOrg } from './seed-org.ts';
import { openDatabase } from './store/database.ts';
import { createRecordStore, type RecordStore } from './store/record-store.ts';

export type CoreOptions = {
  /** Folders in source format: objects, fields, custom metadata records. */
  readonly sources: readonly string[];
  /** A package that is installed before the sources come; their records of its types are written without its prefix. */
  readonly installed?: InstalledPackage;
  readonly organizationId?: string;
  readonly clock?: () => Date;
  /** CurrencyIsoCode exists and defaults; on unless turned off. */
  readonly multiCurrency?: boolean;
  /** Hears of metadata that the org does not know and leaves out; without it such metadata is refused. */
  readonly onUnknown?: OnUnknown;
  /** SQLite file; memory where absent. Several threads may open the same file. */
  readonly file?: string;
};

/** The org without its HTTP side: what is kept and how it is saved. */
export type Core = {
  readonly store: RecordStore;
  readonly records: Records;
  readonly organizationId: string;
  readonly clock: () => Date;
  readonly faults: Faults;
};

/** Reads the sources and opens the store. */
export function openCore(options: CoreOptions): Core {
  const clock = options.clock ?? (() => new Date());
  const currencies = (options.multiCurrency ?? true) ? CURRENCIES : null;
  const { objects, records: metadata } = readMetadata(options, currencies);
  const store = createRecordStore(openDatabase(options.file), objects, currencies !== null);
  const organizationId = options.organizationId ?? defaultOrganizationId();
  const now = clock().toISOString();
  store.db.transaction(() => seedOrg(store, organizationId, now));
  deployMetadataRecords(store, metadata, now);
  const faults = createFaults();
  const records = createRecords({
    store,
    rules: [...STANDARD_RULES, customSettingRule(organizationId)],
    clock,
    beforeWrite: faults.refuseLocked,
    currencyOf: (session) => currencyOf(store, session),
  });
  return { store, records, organizationId, clock, faults };
}

/** The org's own sources on top of the package's, the package's on top of what every org has. */
function readMetadata(
  { sources, installed, onUnknown = refuse }: CoreOptions,
  currencies: readonly string[] | null,
): { objects: ObjectType[]; records: MetadataRecord[] } {
  const own = findSourceFiles(sources);
  const records = own.records.map(readMetadataRecord);
  const standard = readStandardObjects(currencies);
  if (installed === undefined) return { objects: readSourceObjects(own, standard, { currencies, onUnknown }), records };
  const { namespace } = installed;
  const packaged = findSourceFiles(installed.sources);
  const installedObjects = install(readSourceObjects(packaged, standard, { currencies, onUnknown }), namespace);
  return {
    objects: readSourceObjects(own, installedObjects, { currencies, onUnknown }),
    records: [
      ...packaged.records.map((path) => installedRecord(readMetadataRecord(path), namespace, true)),
      ...records.map((record) => installedRecord(record, namespace, false)),
    ],
  };
}

function refuse(error: Error): never {
  throw error;
}

function currencyOf(store: RecordStore, session: Session): string {
  const user = store.get(objectNamed(store.schema, 'User'), session.userId);
  return String(user?.['DefaultCurrencyIsoCode'] ?? CURRENCIES[0]);
}
