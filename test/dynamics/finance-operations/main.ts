import { parseArgs } from 'node:util';
import { startFinanceOperations, type FinanceOperationsOptions } from './start.ts';

function clientOf(text: string): { clientId: string; company: string } {
  const [clientId = '', company = 'usmf'] = text.split(':');
  return { clientId, company };
}

function optionsFrom(args: string[]): FinanceOperationsOptions {
  const { values } = parseArgs({
    args,
    options: {
      authority: { type: 'string' },
      client: { type: 'string', multiple: true },
      port: { type: 'string' },
      data: { type: 'string' },
      'page-size': { type: 'string' },
      'metadata-padding': { type: 'string' },
    },
  });
  if (values.authority === undefined)
    throw new Error('Name the token authority: --authority http://127.0.0.1:PORT/TENANT');
  return {
    authority: values.authority,
    clients: (values.client ?? []).map(clientOf),
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    ...(values.data === undefined ? {} : { dataDirectory: values.data }),
    ...(values['page-size'] === undefined ? {} : { pageSize: Number(values['page-size']) }),
    ...(values['metadata-padding'] === undefined ? {} : { metadataPaddingBytes: Number(values['metadata-padding']) }),
  };
}

const simulator = await startFinanceOperations(optionsFrom(process.argv.slice(2)));
process.stdout.write(`${JSON.stringify({ baseUrl: simulator.baseUrl })}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void simulator.stop().then(() => process.exit(0)));
}
