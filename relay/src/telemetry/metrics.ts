import { AsyncLocalStorage } from 'node:async_hooks';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Outcome } from '../errors.ts';

/** A system that the relay calls. */
export type ExternalSystem = 'dynamics' | 'salesforce';

/** What the relay counts and times. Labels are names from the configuration, never values of records. */
export type Metrics = {
  unit(unit: { readonly outcome: Outcome; readonly mapping: string; readonly company: string | null }): void;
  /** Counts a record that was on its way from Dynamics to Salesforce. */
  inbound(record: { readonly outcome: Outcome; readonly mapping: string; readonly company: string }): void;
  /** Times a sync call twice: as a whole, and its own share, which is the time in which no `external` call was under way. */
  measureSync<T>(run: () => Promise<T>): Promise<T>;
  external<T>(
    call: { readonly system: ExternalSystem; readonly target: string; readonly operation: string },
    run: () => Promise<T>,
  ): Promise<T>;
  throttled(system: ExternalSystem, target: string): void;
  /** What Salesforce last said of an org's API calls in 24 hours. */
  apiBudget(org: string, budget: { readonly used: number; readonly limit: number }): void;
  leaseConflict(): void;
  event(connection: string, verdict: 'stored' | 'duplicate' | 'test' | 'refused'): void;
  request(request: {
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
  /** Asked on every scrape for the figures that only the database knows; a failing one is left out of that scrape. */
  onScrape(collect: () => Promise<ScrapedFigures>): void;
  /** All metrics in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
};

/** Figures that are read when somebody asks, not counted as they happen. */
export type ScrapedFigures = {
  readonly queueDepth?: Readonly<Record<string, number>>;
  readonly openProblems?: number;
};

const SYNC_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 20];
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const MAX_NAMES_PER_LABEL = 200;

/** Makes a registry of its own, so that several relays in one process do not share figures. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const meters = createMeters(registry);
  const names = createNameLimit(MAX_NAMES_PER_LABEL);
  const shares = new AsyncLocalStorage<OwnShare>();
  const collectors: (() => Promise<ScrapedFigures>)[] = [];
  return {
    unit: ({ outcome, mapping, company }) =>
      meters.units.inc({ outcome, mapping: names('mapping', mapping), company: names('company', company ?? '') }),
    inbound: ({ outcome, mapping, company }) =>
      meters.inbound.inc({ outcome, mapping: names('mapping', mapping), company: names('company', company) }),
    measureSync: (run) => measureSync(meters, shares, run),
    external: (call, run) => measureExternal(meters, shares, { ...call, target: names('target', call.target) }, run),
    throttled: (system, target) => meters.throttles.inc({ system, target: names('target', target) }),
    apiBudget: (org, { used, limit }) => {
      meters.apiCallsUsed.set({ org: names('org', org) }, used);
      meters.apiCallsLimit.set({ org: names('org', org) }, limit);
    },
    leaseConflict: () => meters.leaseConflicts.inc(),
    event: (connection, verdict) => meters.events.inc({ connection: names('connection', connection), verdict }),
    request: ({ route, method, status, seconds }) =>
      meters.requests.observe({ route, method: names('method', method), status }, seconds),
    onScrape: (collect) => void collectors.push(collect),
    text: async () => {
      await Promise.all(collectors.map((collect) => setFigures(meters, collect)));
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

type Meters = ReturnType<typeof createMeters>;

function createMeters(registry: Registry) {
  const registers = [registry];
  return {
    units: new Counter({
      name: 'causeway_sync_units_total',
      help: 'Units synchronized, by outcome.',
      labelNames: ['outcome', 'mapping', 'company'],
      registers,
    }),
    syncTotal: new Histogram({
      name: 'causeway_sync_call_seconds',
      help: 'Duration of sync calls, systems behind the relay included.',
      buckets: SYNC_SECONDS,
      registers,
    }),
    syncOwn: new Histogram({
      name: 'causeway_sync_own_seconds',
      help: "The relay's own share of sync calls: the time in which it waited for no other system.",
      buckets: SYNC_SECONDS,
      registers,
    }),
    external: new Histogram({
      name: 'causeway_external_call_seconds',
      help: 'Duration of calls to Dynamics and Salesforce.',
      labelNames: ['system', 'target', 'operation', 'result'],
      buckets: CALL_SECONDS,
      registers,
    }),
    throttles: new Counter({
      name: 'causeway_external_throttled_total',
      help: 'Calls that Dynamics or Salesforce asked to send later.',
      labelNames: ['system', 'target'],
      registers,
    }),
    leaseConflicts: new Counter({
      name: 'causeway_lease_conflicts_total',
      help: 'Records that another run was working on.',
      registers,
    }),
    requests: new Histogram({
      name: 'causeway_http_request_seconds',
      help: 'Duration of HTTP requests, by route.',
      labelNames: ['route', 'method', 'status'],
      buckets: CALL_SECONDS,
      registers,
    }),
    ...createInboundMeters(registers),
    ...createGauges(registers),
  };
}

function createInboundMeters(registers: Registry[]) {
  return {
    inbound: new Counter({
      name: 'causeway_inbound_records_total',
      help: 'Records brought from Dynamics to Salesforce by events and sweeps, by outcome.',
      labelNames: ['outcome', 'mapping', 'company'],
      registers,
    }),
    events: new Counter({
      name: 'causeway_events_total',
      help: 'Business events received, by verdict.',
      labelNames: ['connection', 'verdict'],
      registers,
    }),
  };
}

function createGauges(registers: Registry[]) {
  return {
    queueDepth: new Gauge({
      name: 'causeway_jobs_waiting',
      help: 'Jobs that wait, by queue.',
      labelNames: ['queue'],
      registers,
    }),
    apiCallsUsed: new Gauge({
      name: 'causeway_salesforce_api_calls_used',
      help: 'API calls of the org in the last 24 hours, of all its clients, as Salesforce last told.',
      labelNames: ['org'],
      registers,
    }),
    apiCallsLimit: new Gauge({
      name: 'causeway_salesforce_api_calls_limit',
      help: 'API calls that the org may make in 24 hours.',
      labelNames: ['org'],
      registers,
    }),
    openProblems: new Gauge({ name: 'causeway_problems_open', help: 'Problems that are open.', registers }),
  };
}

async function setFigures(meters: Meters, collect: () => Promise<ScrapedFigures>): Promise<void> {
  // A scrape while the database is away must still answer with everything that was counted in memory.
  const figures = await collect().catch((): ScrapedFigures => ({}));
  for (const [queue, depth] of Object.entries(figures.queueDepth ?? {})) meters.queueDepth.set({ queue }, depth);
  if (figures.openProblems !== undefined) meters.openProblems.set(figures.openProblems);
}

/** Tracks in how much of a call nothing external was under way; overlapping external calls count once. */
type OwnShare = { enter(): void; leave(): void; seconds(): number };

function createOwnShare(): OwnShare {
  const startedAt = performance.now();
  let underWay = 0;
  let waitingSince = 0;
  let waited = 0;
  return {
    enter: () => {
      if (underWay++ === 0) waitingSince = performance.now();
    },
    leave: () => {
      if (--underWay === 0) waited += performance.now() - waitingSince;
    },
    seconds: () => {
      const now = performance.now();
      const stillWaiting = underWay > 0 ? now - waitingSince : 0;
      return (now - startedAt - waited - stillWaiting) / 1000;
    },
  };
}

async function measureSync<T>(meters: Meters, shares: AsyncLocalStorage<OwnShare>, run: () => Promise<T>): Promise<T> {
  const share = createOwnShare();
  const endTotal = meters.syncTotal.startTimer();
  try {
    return await shares.run(share, run);
  } finally {
    endTotal();
    meters.syncOwn.observe(share.seconds());
  }
}

async function measureExternal<T>(
  meters: Meters,
  shares: AsyncLocalStorage<OwnShare>,
  labels: { readonly system: ExternalSystem; readonly target: string; readonly operation: string },
  run: () => Promise<T>,
): Promise<T> {
  const share = shares.getStore();
  const end = meters.external.startTimer(labels);
  share?.enter();
  let result = 'failed';
  try {
    const answer = await run();
    result = 'answered';
    return answer;
  } finally {
    share?.leave();
    end({ result });
  }
}

/** Keeps the number of series bounded whatever callers send: names after the first `limit` of a label become `other`. */
function createNameLimit(limit: number): (label: string, name: string) => string {
  const known = new Map<string, Set<string>>();
  return (label, name) => {
    const names = known.get(label) ?? new Set<string>();
    known.set(label, names);
    if (names.size < limit) names.add(name);
    return names.has(name) ? name : 'other';
  };
}
