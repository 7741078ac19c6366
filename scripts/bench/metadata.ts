import { startFinanceOperations } from '../../test/dynamics/finance-operations/start.ts';
import { startEntra } from '../../test/entra/start.ts';
import { elsewhere } from './elsewhere.ts';
import { median, type Measured } from './figures.ts';
import type { MetadataReading, MetadataSource } from './read-metadata.ts';

const TENANT = '5f2a3c1e-7b64-4a55-9d0e-1c2b3a4d5e6f';
const CLIENT = '0c7b1d52-91a5-4b1c-8d8e-6a5f4e3d2c1b';
const BYTES = 22_000_000;
const ROUNDS = 3;
const MEBIBYTE = 1024 * 1024;

/** Time and memory of reading a `$metadata` of a real environment's size, each time by a connector in a process of its own. */
export async function measureMetadata(): Promise<Measured> {
  const entra = await startEntra({ tenants: [{ id: TENANT, apps: [{ clientId: CLIENT }] }] });
  const dynamics = await startFinanceOperations({
    authority: entra.authority(TENANT),
    clients: [{ clientId: CLIENT, company: 'usmf' }],
    metadataPaddingBytes: BYTES,
  });
  try {
    const source: MetadataSource = {
      url: dynamics.baseUrl,
      token: await entra.token(CLIENT, dynamics.baseUrl, TENANT),
      entitySet: 'CustomersV3',
    };
    // The simulator builds the document when it is first asked for.
    await elsewhere<MetadataReading>('read-metadata.ts', source);
    const readings: MetadataReading[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      readings.push(await elsewhere<MetadataReading>('read-metadata.ts', source));
    }
    return { figures: figuresOf(readings) };
  } finally {
    await Promise.all([dynamics.stop(), entra.stop()]);
  }
}

function figuresOf(readings: readonly MetadataReading[]) {
  const note = `median of ${ROUNDS} processes`;
  const middle = (read: (reading: MetadataReading) => number): number => median(readings.map(read));
  return [
    { name: '$metadata of 22 MB, time', value: middle(({ milliseconds }) => milliseconds), unit: 'ms', note },
    {
      name: '$metadata of 22 MB, peak memory',
      value: middle(({ peakBytes }) => peakBytes) / MEBIBYTE,
      unit: 'MiB',
      note,
    },
    {
      name: '$metadata of 22 MB, memory added at the peak',
      value: middle(({ peakBytes, bytesBefore }) => peakBytes - bytesBefore) / MEBIBYTE,
      unit: 'MiB',
      note,
    },
  ];
}
