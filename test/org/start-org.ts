import { deployMetadataRecords } from './metadata/custom-metadata.ts';
import { findSourceFiles, type MetadataRecord, readMetadataRecord, readSourceObjects } from './metadata/read-source.ts';
import { mustHaveField, objectNamed, type Schema } from './metadata/schema.ts';
import { readStandardObjects } from './metadata/standard-objects.ts';
import { type PlainRecord, toPlainRecord } from './plain-records.ts';
import { RecordError } from './record-error.ts';
import { type ChangeListener } from './records/change-log.ts';
import { type SaveResult, type Session } from './records/pending-row.ts';
import { type RecordInput } from './records/read-input.ts';
import { createRecords, type Records } from './records/records.ts';
import { STANDARD_RULES } from './records/rules/all-rules.ts';
import { customSettingRule } from './records/rules/custom-settings.ts';
import { createAdmin } from './rest/admin.ts';
import { createFaults, type Faults } from './rest/faults.ts';
import { type ConnectedApp, createSessions, issueToken, userInfo } from './rest/oauth.ts';
import { createRouter } from './rest/router.ts';
import { startServer } from './rest/server.ts';
import { createQueryRunner } from './run-query.ts';
import { CURRENCIES, defaultOrganizationId, type OrgUsers, seedOrg, USERNAMES } from './seed-org.ts';
import { openDatabase } from './store/database.ts';
import { createRecordStore, type RecordStore } from './store/record-store.ts';

export type OrgOptions = {
  /** Folders in source format: objects, fields, custom metadata records. */
  readonly sources: readonly string[];
  readonly connectedApps?: readonly ConnectedApp[];
  readonly organizationId?: string;
  readonly clock?: () => Date;
  /** CurrencyIsoCode exists and defaults; on unless turned off. */
  readonly multiCurrency?: boolean;
  /** SQLite file; memory where absent. */
  readonly file?: string;
  readonly port?: number;
  readonly queryBatchSize?: number;
  readonly dailyApiRequests?: number;
};

/** A running local org: the same store behind HTTP and behind these calls, which throw a RecordError where Salesforce would refuse. */
export type LocalOrg = {
  readonly baseUrl: string;
  readonly organizationId: string;
  readonly users: OrgUsers;
  readonly schema: Schema;
  readonly faults: Faults;
  /** Saves as the admin unless `userId` says otherwise; answers the new record's id. */
  readonly insert: (objectName: string, fields: RecordInput, userId?: string) => string;
  readonly update: (objectName: string, id: string, fields: RecordInput, userId?: string) => void;
  readonly upsert: (objectName: string, keyField: string, fields: RecordInput, userId?: string) => string;
  readonly delete: (objectName: string, id: string, userId?: string) => void;
  readonly undelete: (objectName: string, id: string, userId?: string) => void;
  readonly query: (soql: string) => PlainRecord[];
  /** Several saves as one transaction; listeners hear of them together, after the commit. */
  readonly transaction: <T>(work: () => T) => T;
  /** Hears every committed change of a transaction at once; answers how to stop hearing. */
  readonly onChange: (listener: ChangeListener) => () => void;
  /** Custom metadata records, as a deployment would bring them. */
  readonly deploy: (records: readonly MetadataRecord[]) => void;
  readonly accessToken: (username: string) => string;
  readonly expireSessions: () => void;
  readonly apiRequests: () => number;
  readonly stop: () => Promise<void>;
};

type Core = {
  readonly store: RecordStore;
  readonly records: Records;
  readonly organizationId: string;
  readonly faults: Faults;
};

/** Reads the sources, opens the store and listens on loopback. */
export async function startOrg(options: OrgOptions): Promise<LocalOrg> {
  const clock = options.clock ?? (() => new Date());
  const core = openCore(options, clock);
  const { store, records, organizationId, faults } = core;
  const sessions = createSessions(organizationId);
  const runQuery = createQueryRunner(store, clock);
  const users = findUsers(store);
  const usage = createUsage(options.dailyApiRequests ?? 100_000);
  const address = { baseUrl: '' };
  const oauth = {
    store,
    sessions,
    connectedApps: options.connectedApps ?? [],
    organizationId,
    baseUrl: () => address.baseUrl,
    clock,
  };
  const server = await startServer(
    {
      sessions,
      faults,
      route: createRouter({
        store,
        records,
        runQuery,
        queryBatchSize: options.queryBatchSize ?? 2000,
        limits: usage.limits,
      }),
      issueToken: (body) => issueToken(oauth, body),
      userInfo: (session) => userInfo(oauth, session),
      admin: createAdmin({ faults, sessions, userIdOf: (name) => userIdOf(store, name), usage: usage.counts }),
      countRequest: usage.count,
    },
    options.port ?? 0,
  );
  address.baseUrl = server.baseUrl;
  return {
    baseUrl: server.baseUrl,
    organizationId,
    users,
    schema: store.schema,
    faults,
    ...recordCalls(records, users.admin),
    query: (soql) => runQuery({ userId: users.admin }, soql).records.map(toPlainRecord),
    deploy: (metadata) => deployMetadataRecords(store, metadata, clock().toISOString()),
    accessToken: (username) => sessions.open(userIdOf(store, username)),
    expireSessions: sessions.expireAll,
    apiRequests: () => usage.counts().apiRequests,
    stop: async () => {
      await server.stop();
      store.db.close();
    },
  };
}

function openCore(options: OrgOptions, clock: () => Date): Core {
  const currencies = (options.multiCurrency ?? true) ? CURRENCIES : null;
  const files = findSourceFiles(options.sources);
  const objects = readSourceObjects(files, readStandardObjects(currencies), currencies);
  const store = createRecordStore(openDatabase(options.file), objects, currencies !== null);
  const organizationId = options.organizationId ?? defaultOrganizationId();
  const now = clock().toISOString();
  store.db.transaction(() => seedOrg(store, organizationId, now));
  deployMetadataRecords(store, files.records.map(readMetadataRecord), now);
  const faults = createFaults();
  const records = createRecords({
    store,
    rules: [...STANDARD_RULES, customSettingRule(organizationId)],
    clock,
    beforeWrite: faults.refuseLocked,
    currencyOf: (session) => currencyOf(store, session),
  });
  return { store, records, organizationId, faults };
}

function currencyOf(store: RecordStore, session: Session): string {
  const user = store.get(objectNamed(store.schema, 'User'), session.userId);
  return String(user?.['DefaultCurrencyIsoCode'] ?? CURRENCIES[0]);
}

function userIdOf(store: RecordStore, username: string): string {
  const object = objectNamed(store.schema, 'User');
  const user = store.find(object, mustHaveField(object, 'Username'), username)[0];
  if (!user) throw new RecordError('NOT_FOUND', `The local org has no user ${username}.`);
  return String(user['Id']);
}

function findUsers(store: RecordStore): OrgUsers {
  return {
    admin: userIdOf(store, USERNAMES.admin),
    integration: userIdOf(store, USERNAMES.integration),
    sales: userIdOf(store, USERNAMES.sales),
  };
}

type RecordCalls = Pick<LocalOrg, 'insert' | 'update' | 'upsert' | 'delete' | 'undelete' | 'transaction' | 'onChange'>;

function recordCalls(records: Records, adminId: string): RecordCalls {
  const idOrThrow = ({ id, error }: SaveResult): string => {
    if (error) throw error;
    return id ?? '';
  };
  return {
    insert: (objectName, fields, userId = adminId) => idOrThrow(records.insert({ userId }, objectName, fields)),
    update: (objectName, id, fields, userId = adminId) =>
      void idOrThrow(records.update({ userId }, objectName, id, fields)),
    upsert: (objectName, keyField, fields, userId = adminId) =>
      idOrThrow(records.upsert({ userId }, objectName, keyField, fields)),
    delete: (objectName, id, userId = adminId) => void idOrThrow(records.delete({ userId }, objectName, id)),
    undelete: (objectName, id, userId = adminId) => void idOrThrow(records.undelete({ userId }, objectName, id)),
    transaction: records.transaction,
    onChange: records.onChange,
  };
}

type Usage = {
  readonly count: () => string;
  readonly counts: () => { readonly apiRequests: number };
  readonly limits: () => unknown;
};

function createUsage(dailyApiRequests: number): Usage {
  let used = 0;
  return {
    count: () => {
      used += 1;
      return `api-usage=${used}/${dailyApiRequests}`;
    },
    counts: () => ({ apiRequests: used }),
    limits: () => ({
      DailyApiRequests: { Max: dailyApiRequests, Remaining: Math.max(0, dailyApiRequests - used) },
      DailyBulkV2QueryJobs: { Max: 10_000, Remaining: 10_000 },
      DataStorageMB: { Max: 1024, Remaining: 1024 },
    }),
  };
}
