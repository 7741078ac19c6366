import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startOrg } from './start-org.ts';

/**
 * A local org as a process of its own. Prints one JSON line with its address and runs until it is told to stop.
 *
 *     node test/org/main.ts --source force-app --app relay=relay-certificate.pem --port 0 --file org.db
 */
const { values } = parseArgs({
  options: {
    source: { type: 'string', multiple: true, default: ['force-app'] },
    app: { type: 'string', multiple: true, default: [] },
    port: { type: 'string', default: '0' },
    file: { type: 'string' },
    'single-currency': { type: 'boolean', default: false },
  },
});

const org = await startOrg({
  sources: values.source,
  connectedApps: values.app.map((entry) => {
    const [clientId = '', certificateFile = ''] = entry.split('=');
    return { clientId, certificates: [readFileSync(certificateFile, 'utf8')] };
  }),
  port: Number(values.port),
  multiCurrency: !values['single-currency'],
  ...(values.file === undefined ? {} : { file: values.file }),
});

process.stdout.write(
  `${JSON.stringify({ baseUrl: org.baseUrl, organizationId: org.organizationId, users: org.users })}\n`,
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    org.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
