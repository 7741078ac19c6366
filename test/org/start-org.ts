import { type ApexOptions, type ApexOrg } from './apex/execution/apex-org.ts';
import { type OrgSecurity } from './apex/data/security.ts';
import { startApex, type StartedApex } from './start-apex.ts';
import { deployMetadataRecords } from './metadata/custom-metadata.ts';
import { type MetadataRecord } from './metadata/read-source.ts';
import { mustHaveField, objectNamed, type Schema } from './metadata/schema.ts';
import { type Core, type CoreOptions, openCore } from './open-core.ts';
import { type PlainRecord, toPlainRecord } from './plain-records.ts';
import { RecordError } from './record-error.ts';
import { type ChangeListener } from './records/change-log.ts';
import { type SaveResult } from './records/pending-row.ts';
import { type RecordInput } from './records/read-input.ts';
import { type Records } from './records/records.ts';
import { createAdmin } from './rest/admin.ts';
import { type Faults } from './rest/faults.ts';
import { rightsOfCaller } from './rest/caller-rights.ts';
import { type ConnectedApp, createSessions, issueToken, type Sessions, userInfo } from './rest/oauth.ts';
import { type RestRequest, type RestResponse } from './rest/http.ts';
import { createRouter } from './rest/router.ts';
import { type PageServer, startServer } from './rest/server.ts';
import { createQueryRunner } from './run-query.ts';
import { type OrgUsers, USERNAMES } from './seed-org.ts';
import { type RecordStore } from './store/record-store.ts';

export type OrgOptions = CoreOptions & {
  readonly connectedApps?: readonly ConnectedApp[];
  readonly port?: number;
  readonly queryBatchSize?: number;
  readonly dailyApiRequests?: number;
  /** Compiles the sources' classes and triggers: triggers take part in saves, jobs are run. Without it there is no Apex. */
  readonly apex?: true | ApexSetup;
  /** Answers /services/apexrest in the place of Apex that is not run. */
  readonly apexRest?: (core: Core) => (request: RestRequest) => RestResponse;
  /** Opens the org's screens in a browser: `buildPages` of browser/open-pages.ts. */
  readonly pages?: (org: PageSources) => PageServer;
};

/** What an admin sets, and classes beside those of the sources. */
export type ApexSetup = Pick<ApexOptions, 'classes' | 'credentials'>;

/** What screens are made from. */
export type PageSources = Core & {
  readonly sources: readonly string[];
  readonly sessions: Sessions;
  readonly users: OrgUsers;
  readonly apex: StartedApex;
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
  /** Null where the org was started without Apex. */
  readonly apex: ApexOrg | null;
  /** Runs the Apex jobs that are due: in a thread of their own where the org has a file, here otherwise. */
  readonly runDueJobs: () => Promise<number>;
  /** Custom metadata records, as a deployment would bring them. */
  readonly deploy: (records: readonly MetadataRecord[]) => void;
  readonly accessToken: (username: string) => string;
  readonly expireSessions: () => void;
  readonly apiRequests: () => number;
  readonly stop: () => Promise<void>;
};

/** Reads the sources, opens the store and listens on loopback. */
export async function startOrg(options: OrgOptions): Promise<LocalOrg> {
  const core = openCore(options);
  const { store, records, organizationId, clock, faults } = core;
  const apex = await startApex(core, options);
  const security = apex.org?.services.security ?? null;
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
      route: heldToRights(
        core,
        security,
        createRouter({
          store,
          records,
          runQuery,
          clock,
          mayHardDelete: (userId) => security?.rightsOf(userId).hasUserPermission('BulkApiHardDelete') ?? false,
          queryBatchSize: options.queryBatchSize ?? 2000,
          limits: usage.limits,
          apexRest: (await openApexRest(apex.org)) ?? options.apexRest?.(core) ?? null,
        }),
      ),
      issueToken: (body) => issueToken(oauth, body),
      userInfo: (session) => userInfo(oauth, session),
      admin: createAdmin({ faults, sessions, userIdOf: (name) => userIdOf(store, name), usage: usage.counts }),
      countRequest: usage.count,
      pages: options.pages?.({ ...core, sources: options.sources, sessions, users, apex }) ?? null,
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
    apex: apex.org,
    runDueJobs: apex.runDueJobs,
    deploy: (metadata) => deployMetadataRecords(store, metadata, clock().toISOString()),
    accessToken: (username) => sessions.open(userIdOf(store, username)),
    expireSessions: sessions.expireAll,
    apiRequests: () => usage.counts().apiRequests,
    stop: async () => {
      await server.stop();
      await apex.stop();
      store.db.close();
    },
  };
}

/** Answers requests within what their user may see and save; an org without Apex knows no rights. */
function heldToRights(
  { store }: Core,
  security: OrgSecurity | null,
  route: (request: RestRequest) => RestResponse,
): (request: RestRequest) => RestResponse {
  if (security === null) return route;
  return (request) => {
    const { userId } = request.session;
    return route({ ...request, session: { userId, rights: rightsOfCaller({ store, security }, userId) } });
  };
}

/** The Apex runtime is loaded only for an org that has Apex. */
async function openApexRest(apex: ApexOrg | null): Promise<((request: RestRequest) => RestResponse) | null> {
  if (apex === null) return null;
  const { createApexRest } = await import('./rest/apex/call-apex-rest.ts');
  return createApexRest(apex);
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
    operator: userIdOf(store, USERNAMES.operator),
    sales: userIdOf(store, USERNAMES.sales),
    nobody: userIdOf(store, USERNAMES.nobody),
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
