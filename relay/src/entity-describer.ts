import { randomUUID } from 'node:crypto';
import type { Connector, EntityDescription } from './dynamics/connector.ts';
import { RelayError } from './errors.ts';
import type { Settings } from './settings.ts';
import type { Logger } from './telemetry/logger.ts';

/** How long describing an entity set may take, the first reading of a large `$metadata` included. */
const DESCRIBE_MS = 60_000;
/** How long an environment that could not describe an entity set is not asked for others. */
const AWAY_MS = 10_000;

/** Describes an entity set by the first of an org's environments that knows it; `away` where only absent ones might. */
export type DescribeEntity = (org: string, entitySet: string) => Promise<EntityDescription | null | 'away'>;

/**
 * What configurations are compiled against. An environment that fails is not asked again for a moment: it must not hold up the
 * configuration of the others, and whatever needs it is told so when it is used.
 */
export function createEntityDescriber(deps: {
  readonly settings: Pick<Settings, 'orgs'>;
  readonly connectorOf: (org: string, connection: string) => Pick<Connector, 'describe'> | null;
  readonly log: Pick<Logger, 'warn'>;
  readonly clock: () => Date;
}): DescribeEntity {
  const awayUntil = new Map<string, number>();

  async function describe(org: string, key: string, entitySet: string): Promise<EntityDescription | null | 'away'> {
    if ((awayUntil.get(key) ?? 0) > deps.clock().getTime()) return 'away';
    const call = { lane: 'realTime', signal: AbortSignal.timeout(DESCRIBE_MS), correlationId: randomUUID() } as const;
    try {
      return (await deps.connectorOf(org, key)?.describe(entitySet, call)) ?? null;
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      if (error.code === 'ENTITY_SET_UNKNOWN') return null;
      deps.log.warn(
        { connection: key, entitySet, code: error.code },
        'An environment could not describe an entity set',
      );
      awayUntil.set(key, deps.clock().getTime() + AWAY_MS);
      return 'away';
    }
  }

  return async (org, entitySet) => {
    let answer: null | 'away' = null;
    for (const key of deps.settings.orgs.get(org)?.connections ?? []) {
      const described = await describe(org, key, entitySet);
      if (described !== null && described !== 'away') return described;
      answer ??= described;
    }
    return answer;
  };
}
