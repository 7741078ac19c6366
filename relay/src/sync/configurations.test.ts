import { describe, expect, it } from '@jest/globals';
import { RelayError } from '../errors.ts';
import { createConfigurations } from './configurations.ts';

const ORG = '00D000000000062EAA';
const OTHER_ORG = '00D000000000063EAA';
const TYPES = ['CompanyRoute', 'Connection', 'EntityMapping', 'FieldMapping', 'ValueMap', 'ValueMapEntry'];

/** A document with one mapping that comes from Dynamics, so that its entity set must be described. */
function aDocument(entitySet: string): string {
  const mapping = {
    DeveloperName: 'Invoice',
    Direction__c: 'ToSalesforce',
    EntitySet__c: entitySet,
    SalesforceObject__c: 'Invoice__c',
    IsTemplate__c: false,
  };
  const records = Object.fromEntries(TYPES.map((type) => [`${type}__mdt`, type === 'EntityMapping' ? [mapping] : []]));
  return JSON.stringify({ contract: 1, records });
}

function start() {
  const time = { now: Date.parse('2026-11-23T10:00:00Z') };
  const documents = new Map<string, string>();
  const seen = { reads: 0, described: [] as string[], isAway: false };
  const configurations = createConfigurations({
    store: {
      configuration: async (org, hash) => documents.get(`${org}/${hash}`) ?? null,
      saveConfiguration: async (org, hash, document) => void documents.set(`${org}/${hash}`, document),
    },
    salesforce: () => ({
      readConfiguration: async () => {
        seen.reads += 1;
        return { hash: 'current', document: aDocument('Current') };
      },
      describe: async (name) => ({ name, fields: new Map(), children: new Map() }),
    }),
    describeEntity: async (_org, entitySet) => {
      seen.described.push(entitySet);
      return seen.isAway ? 'away' : null;
    },
    clock: () => new Date(time.now),
  });
  const keep = (hash: string) => void documents.set(`${ORG}/${hash}`, aDocument(hash));
  return { configurations, seen, time, keep };
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'answered',
    (error: unknown) => (error instanceof RelayError ? error.code : String(error)),
  );

describe('configurations', () => {
  it('are compiled once for all calls that name them', async () => {
    const { configurations, seen, keep } = start();
    keep('a');

    const [first, second] = await Promise.all([configurations.named(ORG, 'a'), configurations.named(ORG, 'a')]);

    expect(second).toBe(first);
    expect(seen).toMatchObject({ reads: 0, described: ['a'] });
  });

  it('keep only those of an org that were used last', async () => {
    const { configurations, seen, keep } = start();
    for (const hash of ['a', 'b', 'c', 'd']) {
      keep(hash);
      await configurations.named(ORG, hash);
    }
    await configurations.named(ORG, 'a');
    keep('e');
    await configurations.named(ORG, 'e');

    await configurations.named(ORG, 'a');
    expect(seen.described).toEqual(['a', 'b', 'c', 'd', 'e']);

    await configurations.named(ORG, 'b');
    expect(seen.described.at(-1)).toBe('b');
  });

  it('that nobody knows make the relay read an org only so often, and other orgs are not held up', async () => {
    const { configurations, seen, time } = start();
    for (let call = 0; call < 30; call += 1) {
      expect(await codeOf(configurations.named(ORG, `unknown-${call}`))).toBe('CONFIGURATION_UNREADABLE');
    }

    expect(seen.reads).toBe(10);
    expect(await codeOf(configurations.named(OTHER_ORG, 'current'))).toBe('answered');

    time.now += 60_000;
    expect(await codeOf(configurations.named(ORG, 'unknown'))).toBe('CONFIGURATION_UNREADABLE');
    expect(seen.reads).toBe(12);
  });

  it('serve while an environment is away, and are completed when it is back', async () => {
    const { configurations, seen, time, keep } = start();
    keep('a');
    seen.isAway = true;
    const incomplete = await configurations.named(ORG, 'a');
    seen.isAway = false;

    expect(await configurations.named(ORG, 'a')).toBe(incomplete);
    time.now += 10_000;
    const complete = await configurations.named(ORG, 'a');

    expect(complete).not.toBe(incomplete);
    time.now += 3_600_000;
    expect(await configurations.named(ORG, 'a')).toBe(complete);
  });
});
