import type { Call, Connector, Lane } from '../../../relay/src/dynamics/connector.ts';
import {
  createFinanceOperations,
  type FinanceOperationsOptions as ConnectorOptions,
} from '../../../relay/src/dynamics/finance-operations/connector.ts';
import type { CallSample } from '../../../relay/src/dynamics/odata/client.ts';
import type { ConnectionSettings, Verb } from '../../../relay/src/settings.ts';
import { CLIENT, startUnderTest, type UnderTest } from '../finance-operations/simulator-under-test.ts';
import type { FinanceOperationsOptions } from '../finance-operations/start.ts';

/** A connector talking to a simulated environment of its own. */
export type ConnectorUnderTest = {
  readonly under: UnderTest;
  readonly connector: Connector;
  readonly samples: CallSample[];
  /** How many tokens were fetched. */
  tokensFetched(): number;
  /** Another connector to the same environment. */
  another(options?: Partial<ConnectorOptions>): Connector;
  stop(): Promise<void>;
};

const ALL: readonly Verb[] = ['read', 'create', 'update', 'delete'];
const SETS = [
  'CustomersV3',
  'CustomerGroups',
  'SalesOrderHeadersV4',
  'SalesOrderLinesV3',
  'SalesInvoiceHeadersV4',
  'CustomerPaymentJournalHeaders',
  'CustomerPaymentJournalLines',
  'PaymentJournalLineSettledInvoices',
  'CustTransOpens',
];

/** Settings that allow everything this story needs. */
export function connectionTo(url: string): ConnectionSettings {
  return {
    key: 'contoso',
    platform: 'FinanceOperations',
    url,
    tenantId: 'contoso-tenant',
    clientId: CLIENT,
    credential: { kind: 'secret', secret: 'secret' },
    authority: 'https://login.microsoftonline.com',
    authorityEndpoint: null,
    allowed: new Map(SETS.map((set) => [set, { sync: ALL, forward: [] }])),
    eventSecretHashes: [],
  };
}

/** A call with a lane and an end of its own. */
export function aCall(lane: Lane = 'realTime', signal: AbortSignal = new AbortController().signal): Call {
  return { lane, signal, correlationId: 'test' };
}

/** Starts an environment and a connector to it. */
export async function startConnector(
  simulatorOptions: Partial<FinanceOperationsOptions> = {},
  options: Partial<ConnectorOptions> = {},
): Promise<ConnectorUnderTest> {
  const under = await startUnderTest(simulatorOptions);
  const { baseUrl } = under.simulator;
  const samples: CallSample[] = [];
  const connectors: Connector[] = [];
  let fetched = 0;
  let token: Promise<string> | null = null;
  const tokens = {
    token: (): Promise<string> => {
      if (token === null) fetched += 1;
      return (token ??= under.entra.token(CLIENT, baseUrl));
    },
    invalidate: (): void => void (token = null),
  };
  const another = (own: Partial<ConnectorOptions> = {}): Connector => {
    const observe = (sample: CallSample): void => void samples.push(sample);
    const connector = createFinanceOperations({ settings: connectionTo(baseUrl), tokens, observe, ...own });
    connectors.push(connector);
    return connector;
  };
  return {
    under,
    connector: another(options),
    samples,
    tokensFetched: () => fetched,
    another,
    async stop() {
      for (const connector of connectors) await connector.close();
      await under.stop();
    },
  };
}
