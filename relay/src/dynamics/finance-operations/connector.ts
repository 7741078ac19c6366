import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { RelayError } from '../../errors.ts';
import type { DynamicsTokens } from '../../identity/identity.ts';
import type { ConnectionSettings, Verb } from '../../settings.ts';
import type { Call, Connector, EntityDescription, FindRequest, ReadRequest, WriteRequest } from '../connector.ts';
import { type CallSample, createODataClient, type ODataClient } from '../odata/client.ts';
import { keyText, parseKeyText } from '../odata/literals.ts';
import { createMetadata } from '../odata/metadata.ts';
import { createOperations } from '../odata/operations.ts';
import { createAccountingCurrency } from './accounting-currency.ts';
import { createDimensionFormat } from './dimensions.ts';
import { classifyInfolog } from './infolog.ts';
import { createPayments } from './payments.ts';
import { createReversals } from './reversals.ts';
import { createReads, type Described } from './reads.ts';
import { createWrites } from './writes.ts';

/** What a Finance & Operations connector is made of; only the settings and the token source are needed. */
export type FinanceOperationsOptions = {
  readonly settings: ConnectionSettings;
  readonly tokens: DynamicsTokens;
  readonly clock?: () => Date;
  readonly newId?: () => string;
  /** How long one HTTP exchange may be silent. */
  readonly timeoutMs?: number;
  /** Operations in one batch; more are split into batches that run side by side. */
  readonly batchSize?: number;
  readonly observe?: (sample: CallSample) => void;
};

const TIMEOUT_MS = 100_000;
const BATCH_SIZE = 100;

/** The connector to one Finance & Operations environment; keep one for the life of the process. */
export function createFinanceOperations(options: FinanceOperationsOptions): Connector {
  const { settings, clock = () => new Date() } = options;
  const root = new URL(`${settings.url}/data/`);
  const classify = classifyInfolog;
  const client = createODataClient({
    connection: settings.key,
    root,
    tokens: options.tokens,
    clock,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    classify,
    observe: options.observe ?? (() => undefined),
  });
  const closing = new AbortController();
  const metadata = createMetadata({
    read: (onText) => readMetadata({ client, root, signal: closing.signal }, onText),
    clock,
  });
  const batchSize = options.batchSize ?? BATCH_SIZE;
  const { concurrency = 'IfMatch', continueOnError = true } = settings;
  const newId = options.newId ?? randomUUID;
  const operations = createOperations({ client, root, batchSize, continueOnError, newId, clock, classify });
  const reads = createReads({ operations, root, classify, clock });
  const writes = createWrites({ operations, reads, concurrency, classify, clock });

  const describe = (entitySet: string, names: Iterable<string>, call: Call): Promise<EntityDescription> =>
    unlessAborted(metadata.describe(entitySet, names), call.signal);
  const find: Connector['find'] = async (requests, call) => reads.find(await described(requests, describe, call), call);
  const allowed = async <R extends AnyRequest>(requests: readonly R[], call: Call): Promise<Described<R>[]> => {
    for (const request of requests) requireAllowed(settings, request);
    return described(requests, describe, call);
  };

  const reader: Pick<Connector, 'describe' | 'read' | 'find'> = {
    describe: (entitySet, call) => describe(entitySet, [], call),
    read: async (requests, call) => reads.read(await allowed(requests, call), call),
    find: async (requests, call) => reads.find(await allowed(requests, call), call),
  };
  return {
    ...reader,
    ...createPayments(reader),
    ...createReversals(reader),
    connection: settings.key,
    platform: 'FinanceOperations',
    write: async (requests, call) => writes.write(await allowed(requests, call), call),
    render: async (requests, call) => writes.render(await allowed(requests, call)),
    writeTogether: async (requests, call) => writes.writeTogether(await allowed(requests, call), call),
    dimensionFormat: createDimensionFormat({ find, clock }),
    accountingCurrency: createAccountingCurrency({ find, clock }),
    formatKey: keyText,
    parseKey: parseKeyText,
    // A link to one record needs a filter that the environment itself encrypts, so none can be made from outside.
    recordUrl: () => null,
    async close() {
      closing.abort();
      await client.close();
    },
  };
}

type Describe = (entitySet: string, names: Iterable<string>, call: Call) => Promise<EntityDescription>;

/** Gives each request its entity set's description; fields that the set lacks are an error of the mapping, not of a record. */
async function described<R extends AnyRequest>(
  requests: readonly R[],
  describe: Describe,
  call: Call,
): Promise<Described<R>[]> {
  const entities = new Map<string, EntityDescription>();
  for (const [entitySet, own] of Map.groupBy(requests, (request) => request.entitySet)) {
    entities.set(entitySet, await describe(entitySet, new Set(own.flatMap(namesOf)), call));
  }
  return requests.flatMap((request) => {
    const entity = entities.get(request.entitySet);
    return entity === undefined ? [] : [{ entity, request }];
  });
}

type AnyRequest = ReadRequest | FindRequest | WriteRequest;

function namesOf(request: AnyRequest): string[] {
  const fields = 'fields' in request ? request.fields : [];
  const values = 'values' in request ? Object.keys(request.values) : [];
  const conditions = 'anyOf' in request ? request.anyOf.flat().map(({ field }) => field) : [];
  return [...fields, ...values, ...conditions];
}

function requireAllowed(settings: ConnectionSettings, request: AnyRequest): void {
  const { entitySet } = request;
  const verb: Verb = 'verb' in request ? request.verb : 'read';
  if (settings.allowed.get(entitySet)?.sync.includes(verb) === true) return;
  throw new RelayError(
    'ENTITY_SET_NOT_ALLOWED',
    `The connection ${settings.key} does not allow to ${verb} ${entitySet}: add it to the connection in the relay configuration.`,
  );
}

type MetadataSource = { readonly client: ODataClient; readonly root: URL; readonly signal: AbortSignal };

async function readMetadata({ client, root, signal }: MetadataSource, onText: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  const reply = await client.send(
    {
      kind: 'metadata',
      method: 'GET',
      path: '$metadata',
      headers: { accept: 'application/xml' },
      operations: 1,
      // A second try would feed the same parser twice; whoever asks next reads anew.
      isRepeatable: false,
      onChunk: (chunk) => onText(decoder.decode(chunk, { stream: true })),
    },
    { lane: 'realTime', signal },
  );
  if (!reply.ok) {
    const { code, message, retryAfterMs } = reply.fault;
    throw new RelayError(
      code,
      `The metadata could not be read. ${message}`,
      retryAfterMs === null ? {} : { retryAfterMs },
    );
  }
  if (reply.status === 200) return;
  throw new RelayError(
    'UPSTREAM_UNREACHABLE',
    `There is no metadata at ${root.href}$metadata: check the address of the connection.`,
  );
}

/** Shared work goes on for the others when one caller's time is up. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  setMaxListeners(0, signal);
  const ended = Promise.withResolvers<never>();
  const onAbort = (): void =>
    ended.reject(new RelayError('OUT_OF_TIME', 'The call ended before the metadata was read.'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, ended.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    ended.promise.catch(() => undefined);
  }
}
