import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { documentSweep } from './document-sweep.ts';
import { createForwarder, type Forwarder } from './forward/forwarder.ts';
import { createHttpServer } from './http/server.ts';
import type { Jobs } from './jobs/jobs.ts';
import { openJobs } from './jobs/postgres-jobs.ts';
import { housekeepingSchedules, startSchedules } from './jobs/schedules.ts';
import { RelayError } from './errors.ts';
import type { Settings } from './settings.ts';
import { connectionFromUrl, type DatabaseConnection } from './store/database.ts';
import { startEmbeddedPostgres } from './store/embedded-postgres.ts';
import { readMasterKey } from './store/hash-keys.ts';
import type { Logger } from './telemetry/logger.ts';
import { openJournal } from './open-journal.ts';
import { composeParts, type Parts } from './parts.ts';
import { acceptEvent } from './inbound-work.ts';
import { createQuarantineSweep } from './quarantine-sweep.ts';
import { retryProblem, startWork, syncRoute } from './work.ts';

/** How long running work may take to end when the relay stops. */
const GRACE_MS = 20_000;

/** A relay that serves. */
export type Relay = {
  readonly url: string;
  /** Stops taking work, lets what runs end, and closes everything; safe to call twice. */
  stop(): Promise<void>;
};

/** Composes the relay from its settings and starts it: database, queue, adapters, engine, server. The only place that knows all parts. */
export async function startRelay(options: {
  readonly settings: Settings;
  readonly log: Logger;
  readonly clock?: () => Date;
}): Promise<Relay> {
  const { settings, log, clock = () => new Date() } = options;
  const started = startedParts();
  try {
    const url = await startParts({ settings, log, clock }, started);
    log.info({ url, connections: settings.connections.size, orgs: settings.orgs.size }, 'The relay serves');
    return { url, stop: started.stop };
  } catch (error) {
    await started.stop().catch((fault: unknown) => log.warn({ err: fault }, 'A part could not be stopped'));
    throw error;
  }
}

/** What was started so far, and how it ends: the last one first. */
type Started = {
  readonly isStopping: () => boolean;
  readonly onStop: (stop: () => Promise<unknown>) => void;
  readonly stop: () => Promise<void>;
};

function startedParts(): Started {
  const stops: (() => Promise<unknown>)[] = [];
  let stopping: Promise<void> | null = null;

  async function stopAll(): Promise<void> {
    const faults: unknown[] = [];
    // One that cannot be stopped must not keep the others running, PostgreSQL least of all.
    for (const stop of stops.toReversed()) await stop().catch((fault: unknown) => faults.push(fault));
    if (faults.length > 0) throw new AggregateError(faults, 'Not every part of the relay could be stopped');
  }

  return {
    isStopping: () => stopping !== null,
    onStop: (stop) => void stops.push(stop),
    stop: () => (stopping ??= stopAll()),
  };
}

async function startParts(base: Pick<Parts, 'settings' | 'log' | 'clock'>, started: Started): Promise<string> {
  const { settings, log, clock } = base;
  const masterKey = await readMasterKey(settings.masterKeyFile);
  const connection = await startDatabase(settings, log, started);
  const store = await openJournal(connection);
  started.onStop(() => store.close());
  const parts = composeParts({ ...base, masterKey, store });
  started.onStop(() => Promise.all([...parts.connectors.values()].map((connector) => connector.close())));
  const forwarder = composeForwarder(parts);
  started.onStop(() => forwarder.close());
  const jobs = openJobs({ connection, log });
  started.onStop(() => jobs.stop(GRACE_MS));
  await startWork(parts, jobs);
  const schedules = startSchedules(
    [...housekeepingSchedules({ store, sweepQuarantine: createQuarantineSweep(parts), clock }), documentSweep(parts)],
    { log },
  );
  started.onStop(() => schedules.stop());
  const server = composeServer(parts, { jobs, forwarder, isStopping: started.isStopping });
  const url = await listen(server, settings);
  started.onStop(() => closeServer(server));
  return url;
}

async function startDatabase(settings: Settings, log: Logger, started: Started): Promise<DatabaseConnection> {
  if (settings.databaseUrl !== null) return connectionFromUrl(settings.databaseUrl);
  const postgres = await startEmbeddedPostgres({ dataDirectory: settings.dataDirectory, log });
  started.onStop(() => postgres.stop());
  return postgres.connection;
}

function composeForwarder(parts: Parts): Forwarder {
  const { settings, verifier, tokens, metrics, log, clock, connectors, store } = parts;
  return createForwarder({
    settings,
    verifier,
    tokens,
    appendAudit: (events) => store.appendAudit(events),
    navigation: async (key, entitySet, context) => {
      const io = { lane: 'realTime', ...context } as const;
      return (await connectors.get(key)?.describe(entitySet, io))?.navigation ?? new Map<string, string>();
    },
    metrics,
    log,
    clock,
    ids: randomUUID,
  });
}

function composeServer(
  parts: Parts,
  running: { readonly jobs: Jobs; readonly forwarder: Forwarder; isStopping(): boolean },
): Server {
  const { settings, verifier, store, metrics, log, clock } = parts;
  metrics.onScrape(async () => ({
    queueDepth: await running.jobs.depth(),
    openProblems: await store.countOpenProblems(),
  }));
  return createHttpServer({
    settings,
    verifier,
    sync: syncRoute(parts),
    events: (key, event) => acceptEvent(parts, running.jobs, { key, event }),
    audit: (query) => store.findAudit(query),
    problems: {
      find: (query) => store.findProblems(query),
      retry: (org, problemId, actor, correlationId) =>
        retryProblem(parts, running.jobs, { org, problemId, actor, correlationId }),
    },
    forward: (request, response) => running.forwarder.handle(request, response),
    metrics,
    log,
    isReady: async () => !running.isStopping() && (await store.isReady()),
    clock,
    ids: randomUUID,
  });
}

function listen(server: Server, settings: Settings): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(describeRefusal(error, settings)));
    server.listen(settings.port, settings.host, () => {
      const { port } = server.address() as AddressInfo;
      resolve(`http://${settings.host}:${port}`);
    });
  });
}

function describeRefusal(error: Error, { host, port }: Settings): Error {
  const code = 'code' in error ? String(error.code) : '';
  const say = (text: string) => new RelayError('SETTINGS_INVALID', text, { cause: error });
  switch (code) {
    case 'EADDRINUSE':
      return say(
        `RELAY_PORT: port ${port} on ${host} is in use by another process. Stop that one, or set another port.`,
      );
    case 'EACCES':
      return say(`RELAY_PORT: this account may not listen on port ${port}. Set one above 1023.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return say(`RELAY_HOST: ${host} is no address of this machine. Set one that is, or 127.0.0.1.`);
    default:
      return error;
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
  });
}
