import { RelayError } from '../../errors.ts';
import type { EntityDescription } from '../connector.ts';
import { createMetadataParser, type MetadataIndex } from './metadata-parser.ts';

/** How long an environment's metadata is good; then it is read again while the old one still serves. */
const LIFETIME_MS = 60 * 60_000;
/** An unknown name makes us read again, but not more often than this: a wrong mapping must not load the environment. */
const RECHECK_MS = 60_000;

/** The metadata of one environment: read once for all who ask, renewed in the background, read again for unknown names. */
export type Metadata = {
  /** Throws ENTITY_SET_UNKNOWN, or FIELD_UNKNOWN where one of `names` is not a field of the set. */
  describe(entitySet: string, names: Iterable<string>): Promise<EntityDescription>;
};

/** `read` streams the document's text and may throw RelayError; the clock tells how old the metadata is. */
export function createMetadata(options: {
  readonly read: (onText: (text: string) => void) => Promise<void>;
  readonly clock: () => Date;
}): Metadata {
  let current: { index: MetadataIndex; readAt: number; described: Map<string, EntityDescription | null> } | null = null;
  let reading: Promise<void> | null = null;
  const age = (): number => (current === null ? Number.POSITIVE_INFINITY : options.clock().getTime() - current.readAt);

  async function load(): Promise<void> {
    const parser = createMetadataParser();
    await options.read((text) => parser.write(text));
    const index = parser.end();
    if (index === null) {
      throw new RelayError('DYNAMICS_UNAVAILABLE', 'The metadata of Dynamics is not readable; check the address.');
    }
    current = { index, readAt: options.clock().getTime(), described: new Map() };
  }

  function refresh(): Promise<void> {
    reading ??= load().finally(() => (reading = null));
    return reading;
  }

  function lookUp(entitySet: string): EntityDescription | null {
    if (current === null) return null;
    const known = current.described.get(entitySet);
    if (known !== undefined) return known;
    const described = current.index.describe(entitySet);
    current.described.set(entitySet, described);
    return described;
  }

  return {
    async describe(entitySet, names) {
      if (current === null) await refresh();
      // A failed renewal leaves the old metadata in use; whoever needs a new name sees the error.
      else if (age() > LIFETIME_MS) refresh().catch(() => undefined);
      const wanted = [...names];
      if (isMissing(lookUp(entitySet), wanted) && age() > RECHECK_MS) await refresh();
      return known(lookUp(entitySet), entitySet, wanted);
    },
  };
}

function isMissing(entity: EntityDescription | null, names: readonly string[]): boolean {
  return entity === null || names.some((name) => !entity.fields.has(name));
}

function known(entity: EntityDescription | null, entitySet: string, names: readonly string[]): EntityDescription {
  if (entity === null) {
    throw new RelayError('ENTITY_SET_UNKNOWN', `Dynamics has no entity set ${entitySet}; names are case-sensitive.`);
  }
  const missing = names.find((name) => !entity.fields.has(name));
  if (missing === undefined) return entity;
  throw new RelayError('FIELD_UNKNOWN', `${entitySet} has no field ${missing}.`, { field: missing });
}
