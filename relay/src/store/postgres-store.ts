import { type Pool } from 'pg';
import { appendAudit, findAudit } from './audit-store.ts';
import { configuration, saveConfiguration } from './configurations-store.ts';
import { inTransaction, openPool, withDatabase, type DatabaseConnection } from './database.ts';
import { forgetEvent, hasEvent, parkedEvents, parkEvent, rememberEvent, removeParkedEvent } from './events-store.ts';
import { purge, type Housekeeping } from './housekeeping-store.ts';
import {
  closeIntents,
  hasOpenIntent,
  intentsLeftBehind,
  intentsOfRecords,
  intentsOfUnits,
  markUnknown,
  openIntents,
  withdrawIntents,
} from './intents-store.ts';
import { acquireLeases, assertLeases, releaseLeases, removeExpiredLeases, renewLeases } from './leases-store.ts';
import {
  linkedCompanies,
  linksById,
  linksOfKeys,
  linksOfLines,
  linksOfNumbers,
  linksOfRecords,
  linksOfUnits,
  removeLinks,
  writeLinks,
} from './links-store.ts';
import { migrate, readMigrations } from './migrate.ts';
import { certificates, pairOrg, pairedOrgs, removeCertificate, unpairOrg } from './orgs-store.ts';
import { countOpenProblems, applyReports, findProblems, unitsOfProblem } from './problems-store.ts';
import { type Commit, type Store } from './store.ts';
import { cursor, moveCursors, rememberToken } from './sweeps-store.ts';

/** Brings the schema up to date and opens the journal of record; many relays may do so on one database. */
export async function openStore(options: {
  readonly connection: DatabaseConnection;
  readonly maxConnections?: number;
}): Promise<Store & Housekeeping> {
  const pool = openPool(options.connection, options.maxConnections ?? 10);
  try {
    await migrate(pool, await readMigrations());
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    ...leaseMethods(pool),
    ...linkMethods(pool),
    ...intentMethods(pool),
    ...journalMethods(pool),
    ...eventMethods(pool),
    ...orgMethods(pool),
    ...housekeepingMethods(pool),
    commit: (commit) => inTransaction(pool, (database) => store(database, commit)),
    isReady: () =>
      pool.query('select 1').then(
        () => true,
        () => false,
      ),
    close: closeOnce(pool),
  };
}

/** The steps in one fixed order: leases first, since they decide; problems last, since other runs wait for them. */
async function store(database: Parameters<typeof writeLinks>[0], commit: Commit): Promise<void> {
  await assertLeases(database, commit.leases);
  await removeLinks(database, commit.removedLinks ?? []);
  await writeLinks(database, commit.links);
  await closeIntents(database, commit.closedIntents);
  await appendAudit(database, commit.audit);
  await moveCursors(database, commit.cursors ?? []);
  await applyReports(database, commit.reports);
}

type Methods<K extends keyof (Store & Housekeeping)> = Pick<Store & Housekeeping, K>;

function leaseMethods(pool: Pool): Methods<'acquireLeases' | 'renewLeases' | 'releaseLeases'> {
  return {
    acquireLeases: (resources, holder, ttlMs) =>
      withDatabase(pool, (database) => acquireLeases(database, { resources, holder, ttlMs })),
    renewLeases: (leases, ttlMs) => withDatabase(pool, (database) => renewLeases(database, leases, ttlMs)),
    releaseLeases: (leases) => withDatabase(pool, (database) => releaseLeases(database, leases)),
  };
}

function linkMethods(
  pool: Pool,
): Methods<
  | 'linkedCompanies'
  | 'linksById'
  | 'linksOfUnits'
  | 'linksOfLines'
  | 'linksOfRecords'
  | 'linksOfKeys'
  | 'linksOfNumbers'
> {
  return {
    linkedCompanies: (org, connection) => withDatabase(pool, (database) => linkedCompanies(database, org, connection)),
    linksById: (ids) => withDatabase(pool, (database) => linksById(database, ids)),
    linksOfUnits: (units) => withDatabase(pool, (database) => linksOfUnits(database, units)),
    linksOfLines: (parentIds) => withDatabase(pool, (database) => linksOfLines(database, parentIds)),
    linksOfRecords: (org, recordIds) => withDatabase(pool, (database) => linksOfRecords(database, org, recordIds)),
    linksOfKeys: (query) => withDatabase(pool, (database) => linksOfKeys(database, query)),
    linksOfNumbers: (query) => withDatabase(pool, (database) => linksOfNumbers(database, query)),
  };
}

function intentMethods(
  pool: Pool,
): Methods<
  'openIntents' | 'intentsOfUnits' | 'intentsOfRecords' | 'markUnknown' | 'withdrawIntents' | 'hasOpenIntent'
> {
  return {
    openIntents: (wanted, leases) =>
      inTransaction(pool, async (database) => {
        await assertLeases(database, leases);
        return openIntents(database, wanted);
      }),
    intentsOfUnits: (units) => withDatabase(pool, (database) => intentsOfUnits(database, units)),
    intentsOfRecords: (org, recordIds) => withDatabase(pool, (database) => intentsOfRecords(database, org, recordIds)),
    markUnknown: (intentIds) => withDatabase(pool, (database) => markUnknown(database, intentIds)),
    withdrawIntents: (intentIds) => withDatabase(pool, (database) => withdrawIntents(database, intentIds)),
    hasOpenIntent: (place) => withDatabase(pool, (database) => hasOpenIntent(database, place)),
  };
}

function journalMethods(
  pool: Pool,
): Methods<
  'appendAudit' | 'findAudit' | 'findProblems' | 'unitsOfProblem' | 'cursor' | 'rememberToken' | 'countOpenProblems'
> {
  return {
    appendAudit: (events) => withDatabase(pool, (database) => appendAudit(database, events)),
    findAudit: (query) => withDatabase(pool, (database) => findAudit(database, query)),
    findProblems: (query) => withDatabase(pool, (database) => findProblems(database, query)),
    unitsOfProblem: (org, problemId) => withDatabase(pool, (database) => unitsOfProblem(database, org, problemId)),
    cursor: (place) => withDatabase(pool, (database) => cursor(database, place)),
    countOpenProblems: () => withDatabase(pool, countOpenProblems),
    rememberToken: (org, id, expiresAt) =>
      withDatabase(pool, (database) => rememberToken(database, { org, id, expiresAt })),
  };
}

function eventMethods(
  pool: Pool,
): Methods<'hasEvent' | 'rememberEvent' | 'parkEvent' | 'forgetEvent' | 'parkedEvents' | 'removeParkedEvent'> {
  return {
    hasEvent: (connection, eventId) => withDatabase(pool, (database) => hasEvent(database, connection, eventId)),
    rememberEvent: (connection, eventId) =>
      withDatabase(pool, (database) => rememberEvent(database, connection, eventId)),
    parkEvent: (event) => inTransaction(pool, (database) => parkEvent(database, event)),
    forgetEvent: (event) => withDatabase(pool, (database) => forgetEvent(database, event)),
    parkedEvents: (org, eventId) => withDatabase(pool, (database) => parkedEvents(database, org, eventId)),
    removeParkedEvent: (event) => withDatabase(pool, (database) => removeParkedEvent(database, event)),
  };
}

function orgMethods(
  pool: Pool,
): Methods<
  'pairedOrgs' | 'pairOrg' | 'unpairOrg' | 'removeCertificate' | 'certificates' | 'configuration' | 'saveConfiguration'
> {
  return {
    pairedOrgs: () => withDatabase(pool, pairedOrgs),
    pairOrg: (org, name, certificate) => inTransaction(pool, (database) => pairOrg(database, org, name, certificate)),
    unpairOrg: (org) => inTransaction(pool, (database) => unpairOrg(database, org)),
    removeCertificate: (org, thumbprint) =>
      withDatabase(pool, (database) => removeCertificate(database, org, thumbprint)),
    certificates: () => withDatabase(pool, certificates),
    configuration: (org, hash) => withDatabase(pool, (database) => configuration(database, org, hash)),
    saveConfiguration: (org, hash, document) =>
      withDatabase(pool, (database) => saveConfiguration(database, org, hash, document)),
  };
}

function housekeepingMethods(pool: Pool): Housekeeping {
  return {
    purge: (before) => withDatabase(pool, (database) => purge(database, before)),
    removeExpiredLeases: () => withDatabase(pool, removeExpiredLeases),
    intentsLeftBehind: (query) => withDatabase(pool, (database) => intentsLeftBehind(database, query)),
  };
}

/** A pool may be ended once only; closing a store twice is no fault. */
function closeOnce(pool: Pool): () => Promise<void> {
  let closed: Promise<void> | null = null;
  return () => (closed ??= pool.end());
}
