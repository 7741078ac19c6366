import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startOrg } from '../start-org.ts';
import { buildPages } from './open-pages.ts';
import { insertSampleRecords } from './sample-records.ts';

/**
 * The org's screens with sample records, until stopped: `node test/org/browser/show.ts --port 8080`.
 */
const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const sources = ['force-app', 'unpackaged/demo'].map((folder) =>
  fileURLToPath(new URL(`../../../${folder}`, import.meta.url)),
);
const org = await startOrg({ sources, apex: true, port: Number(values.port), pages: await buildPages(sources) });
const { opportunity } = insertSampleRecords(org);
process.stdout.write(`${org.baseUrl}/lightning/r/${opportunity}/view\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void org.stop());
