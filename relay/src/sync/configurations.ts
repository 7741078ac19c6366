import type { EntityDescription } from '../dynamics/connector.ts';
import { RelayError } from '../errors.ts';
import type { Salesforce } from '../salesforce/salesforce.ts';
import type { Store } from '../store/store.ts';
import { compileConfiguration } from './configuration.ts';
import type { Configuration, Descriptions, ObjectDescription } from './mapping.ts';

/** How old the configuration may be by which inbound work is done. */
const CURRENT_FOR_MS = 30_000;
/** Objects reached through ever further parent paths end here. */
const ROUNDS = 12;
/** Calls under an older configuration come for a while after a change; older ones than these are compiled anew. */
const KEPT_PER_ORG = 4;
/** How long a configuration serves that was compiled while an environment could not describe its entity sets. */
const INCOMPLETE_FOR_MS = 10_000;
/** A caller that keeps naming a configuration nobody knows must not use up the org's API calls. */
const UNKNOWN_READS = { limit: 10, withinMs: 60_000 };

/** The configurations of all orgs, compiled once each and kept by their hash. */
export type Configurations = {
  /** The configuration that a call was made under; read from the org where the relay does not know it yet. */
  named(org: string, hash: string): Promise<Configuration>;
  /** The configuration that the org has now, at most half a minute old. */
  current(org: string): Promise<Configuration>;
};

/** Builds the reader and cache of configurations. Compiling asks the org and Dynamics for the descriptions it turns out to need. */
export function createConfigurations(deps: {
  readonly store: Pick<Store, 'configuration' | 'saveConfiguration'>;
  salesforce(org: string): Pick<Salesforce, 'readConfiguration' | 'describe'>;
  /** Null where the org's connections do not know the entity set; `away` where one that may know it does not answer. */
  describeEntity(org: string, entitySet: string): Promise<EntityDescription | null | 'away'>;
  readonly clock: () => Date;
}): Configurations {
  const compiled = createCompiledCache(deps.clock);
  const unknown = createReadLimit(deps.clock);
  const newest = new Map<string, { readonly readAt: number; readonly reading: Promise<string> }>();

  function compile(org: string, hash: string, document: string): Promise<Configuration> {
    return compiled.get(org, hash) ?? compiled.keep(org, hash, compileWhole(deps, org, { hash, document }));
  }

  async function read(org: string): Promise<string> {
    const { hash, document } = await deps.salesforce(org).readConfiguration();
    await deps.store.saveConfiguration(org, hash, document);
    return hash;
  }

  async function named(org: string, hash: string): Promise<Configuration> {
    const known = compiled.get(org, hash);
    if (known !== undefined) return known;
    const stored = await deps.store.configuration(org, hash);
    if (stored !== null) return compile(org, hash, stored);
    unknown.count(org);
    const current = await read(org);
    if (current !== hash) {
      const message = `The org's configuration is ${current}, not ${hash}: send the call again under the current one.`;
      throw new RelayError('CONFIGURATION_UNREADABLE', message, { retryAfterMs: 1_000 });
    }
    return compile(org, hash, (await deps.store.configuration(org, hash)) ?? '');
  }

  async function current(org: string): Promise<Configuration> {
    const now = deps.clock().getTime();
    let latest = newest.get(org);
    if (latest === undefined || now - latest.readAt > CURRENT_FOR_MS) {
      latest = { readAt: now, reading: read(org) };
      newest.set(org, latest);
      latest.reading.catch(() => newest.delete(org));
    }
    return named(org, await latest.reading);
  }

  return { named, current };
}

type Compiled = { readonly configuration: Configuration; readonly isComplete: boolean };
type Kept = { readonly configuration: Promise<Configuration>; until: number };

/** The configurations used last, a few per org; what failed is forgotten, what is incomplete soon. */
function createCompiledCache(clock: () => Date) {
  const byOrg = new Map<string, Map<string, Kept>>();

  function get(org: string, hash: string): Promise<Configuration> | undefined {
    const ofOrg = byOrg.get(org);
    const kept = ofOrg?.get(hash);
    if (ofOrg === undefined || kept === undefined) return undefined;
    ofOrg.delete(hash);
    if (kept.until <= clock().getTime()) return undefined;
    ofOrg.set(hash, kept);
    return kept.configuration;
  }

  function keep(org: string, hash: string, compiling: Promise<Compiled>): Promise<Configuration> {
    const ofOrg = byOrg.get(org) ?? new Map<string, Kept>();
    byOrg.set(org, ofOrg);
    const kept: Kept = {
      configuration: compiling.then(({ configuration }) => configuration),
      until: Number.POSITIVE_INFINITY,
    };
    ofOrg.set(hash, kept);
    for (const oldest of [...ofOrg.keys()].slice(0, -KEPT_PER_ORG)) ofOrg.delete(oldest);
    compiling.then(
      ({ isComplete }) => {
        if (!isComplete) kept.until = clock().getTime() + INCOMPLETE_FOR_MS;
      },
      () => {
        if (ofOrg.get(hash) === kept) ofOrg.delete(hash);
      },
    );
    return kept.configuration;
  }

  return { get, keep };
}

/** Counts the readings that unknown names cause; throws CONFIGURATION_UNREADABLE where an org causes too many. */
function createReadLimit(clock: () => Date) {
  const windows = new Map<string, { readonly since: number; count: number }>();
  return {
    count(org: string): void {
      const now = clock().getTime();
      let window = windows.get(org);
      if (window === undefined || now - window.since >= UNKNOWN_READS.withinMs) {
        window = { since: now, count: 0 };
        windows.set(org, window);
      }
      if (window.count >= UNKNOWN_READS.limit) {
        const message = `The org named ${window.count} configurations within a minute that the relay does not know: send the call again under the current one.`;
        throw new RelayError('CONFIGURATION_UNREADABLE', message, {
          retryAfterMs: window.since + UNKNOWN_READS.withinMs - now,
        });
      }
      window.count += 1;
    },
  };
}

type CompileDependencies = Parameters<typeof createConfigurations>[0];

/** Compiles again and again with the descriptions that the try before was missing, until nothing new is asked for. */
async function compileWhole(
  deps: CompileDependencies,
  org: string,
  configuration: { readonly hash: string; readonly document: string },
): Promise<Compiled> {
  let isComplete = true;
  const objects = new Map<string, ObjectDescription | null>();
  const entities = new Map<string, EntityDescription | null>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const missing = { objects: new Set<string>(), entities: new Set<string>() };
    const describe: Descriptions = {
      object: (name) => ask(objects, missing.objects, name),
      entity: (name) => ask(entities, missing.entities, name),
    };
    const result = attempt(() => compileConfiguration(configuration.document, configuration.hash, describe));
    if (missing.objects.size === 0 && missing.entities.size === 0) return { configuration: result(), isComplete };
    for (const name of missing.objects) objects.set(name, await describeObject(deps, org, name));
    for (const name of missing.entities) {
      const description = await deps.describeEntity(org, name);
      if (description === 'away') isComplete = false;
      entities.set(name, description === 'away' ? null : description);
    }
  }
  throw new RelayError('CONFIGURATION_INVALID', 'The field paths of the configuration reach too far to be described.');
}

function ask<D>(known: ReadonlyMap<string, D | null>, missing: Set<string>, name: string): D | null {
  const description = known.get(name);
  if (description === undefined) missing.add(name);
  return description ?? null;
}

/** Keeps a failure for the caller to raise, who may know that it does not count yet. */
function attempt<T>(action: () => T): () => T {
  try {
    const value = action();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

async function describeObject(deps: CompileDependencies, org: string, name: string): Promise<ObjectDescription | null> {
  try {
    return await deps.salesforce(org).describe(name);
  } catch (error) {
    if (error instanceof RelayError && error.code === 'MAPPING_INVALID') return null;
    throw error;
  }
}
