import { startEntra, type Entra } from '../../entra/start.ts';
import { startFinanceOperations, type FinanceOperations, type FinanceOperationsOptions } from './start.ts';

/** An answer with its parsed body. */
export type Reply = { status: number; headers: Headers; text: string; json: Record<string, unknown> };

/** A simulator with an authority and a client of its own, spoken to over HTTP. */
export type UnderTest = {
  entra: Entra;
  simulator: FinanceOperations;
  token: string;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string): Promise<Reply>;
  post(set: string, body: unknown): Promise<Reply>;
  patch(path: string, body: unknown): Promise<Reply>;
  batch(body: string, boundary?: string): Promise<Reply>;
  stop(): Promise<void>;
};

export const TENANT = 'contoso-tenant';
export const CLIENT = 'causeway-client';

function parsed(text: string): Record<string, unknown> {
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
}

/** Starts an authority and an environment with one registered client whose default company is usmf. */
export async function startUnderTest(options: Partial<FinanceOperationsOptions> = {}): Promise<UnderTest> {
  const tenants = [{ id: TENANT, apps: [{ clientId: CLIENT, secret: 'secret' }] }];
  const entra = await startEntra({ tenants, ...(options.clock === undefined ? {} : { clock: options.clock }) });
  const clients = [{ clientId: CLIENT, company: 'usmf' }];
  const simulator = await startFinanceOperations({ authority: entra.authority(TENANT), clients, ...options });
  const token = await entra.token(CLIENT, simulator.baseUrl);

  const send: UnderTest['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${simulator.baseUrl}/data/${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
  return {
    entra,
    simulator,
    token,
    send,
    get: (path) => send('GET', path),
    post: (set, body) => send('POST', set, body),
    patch: (path, body) => send('PATCH', path, body),
    batch: (body, boundary = 'batch_1') =>
      send('POST', '$batch', body, {
        'Content-Type': `multipart/mixed; boundary=${boundary}`,
        Prefer: 'odata.continue-on-error',
      }),
    async stop() {
      await simulator.stop();
      await entra.stop();
    },
  };
}

/** The Infolog text or inner message of a refusal. */
export function reasonOf(reply: Reply): string {
  const error = reply.json['error'] as { message?: string; innererror?: { message?: string } } | undefined;
  return error?.innererror?.message ?? error?.message ?? '';
}

/** A customer body that is accepted in usmf, changed as the test needs. */
export function aCustomer(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    dataAreaId: 'usmf',
    OrganizationName: 'Acme Inc.',
    CustomerGroupId: '10',
    SalesCurrencyCode: 'USD',
    ...overrides,
  };
}

/** Creates an order with one line per item and answers its number. */
export async function anOrder(
  under: UnderTest,
  lines: readonly Record<string, unknown>[],
  header: Record<string, unknown> = {},
): Promise<string> {
  const created = await under.post('SalesOrderHeadersV4', {
    dataAreaId: 'usmf',
    OrderingCustomerAccountNumber: 'US-001',
    CurrencyCode: 'USD',
    ...header,
  });
  if (created.status !== 201) throw new Error(`The test's order was refused: ${reasonOf(created)}`);
  const order = String(created.json['SalesOrderNumber']);
  for (const line of lines) {
    const reply = await under.post('SalesOrderLinesV3', { dataAreaId: 'usmf', SalesOrderNumber: order, ...line });
    if (reply.status !== 201) throw new Error(`The test's line was refused: ${reasonOf(reply)}`);
  }
  return order;
}
