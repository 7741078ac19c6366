import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { measureBatch } from './bench/batch.ts';
import { type Figure, isReached, type Measured, rounded, targetText } from './bench/figures.ts';
import { measureForwarder } from './bench/forwarder.ts';
import { measureMemory } from './bench/memory.ts';
import { measureMetadata } from './bench/metadata.ts';
import { measureOwnShare } from './bench/own-share.ts';

const MEASUREMENTS: Readonly<Record<string, () => Promise<Measured>>> = {
  'own-share': measureOwnShare,
  batch: measureBatch,
  forwarder: measureForwarder,
  memory: measureMemory,
  metadata: measureMetadata,
};

const HELP = `Usage: npm run bench [-- --only NAME] [--json FILE]

Measures the product on this machine, everything in one run, and shows the ratios beside their targets.
A missed target is shown and is no error: how fast a machine is says nothing about the code on it.
NAME is one of ${Object.keys(MEASUREMENTS).join(', ')}.
`;

type Results = Readonly<Record<string, Measured>>;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'string' } } });
  const wanted = Object.entries(MEASUREMENTS).filter(([name]) => values.only === undefined || values.only === name);
  if (wanted.length === 0) {
    process.stderr.write(HELP);
    return 2;
  }
  const results: Record<string, Measured> = {};
  for (const [name, measure] of wanted) {
    console.log(`Measuring ${name} …`);
    results[name] = await measure();
  }
  printTable(results);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report(results), null, 2)}\n`);
  return 0;
}

function printTable(results: Results): void {
  const measured = Object.values(results);
  const rows = measured.flatMap((result) => ('figures' in result ? result.figures.map(rowOf) : []));
  console.table(Object.fromEntries(rows));
  for (const result of measured) if ('skipped' in result) console.log(`Skipped: ${result.skipped}.`);
}

function rowOf(figure: Figure): [string, Readonly<Record<string, string | number>>] {
  const reached = isReached(figure);
  const verdict = reached === null ? '' : reached ? 'reached' : 'MISSED';
  const value = Number.isNaN(figure.value) ? 'not known' : rounded(figure.value);
  return [figure.name, { value, unit: figure.unit, target: targetText(figure.target), verdict }];
}

/** What the figures were made on belongs to them. */
function report(results: Results): object {
  const [cpu] = cpus();
  const machine = { cpu: cpu?.model ?? 'unknown', cpus: cpus().length, platform: process.platform };
  return { at: new Date().toISOString(), node: process.version, machine, results };
}

process.exitCode = await main();
