import { createFinanceOperations } from '../../relay/src/dynamics/finance-operations/connector.ts';
import { answer } from './elsewhere.ts';

/** An environment, a token for it, and an entity set that it has. */
export type MetadataSource = { readonly url: string; readonly token: string; readonly entitySet: string };

/** What one reading took. */
export type MetadataReading = {
  readonly milliseconds: number;
  readonly bytesBefore: number;
  readonly peakBytes: number;
};

/** Reads the metadata once, the relay's way, in a process that does nothing else. */
async function readMetadata({ url, token, entitySet }: MetadataSource): Promise<MetadataReading> {
  const connector = createFinanceOperations({
    settings: {
      key: 'bench',
      platform: 'FinanceOperations',
      url,
      tenantId: '',
      clientId: '',
      credential: { kind: 'secret', secret: '' },
      authority: '',
      authorityEndpoint: null,
      allowed: new Map(),
      eventSecretHashes: [],
    },
    tokens: { token: async () => token, invalidate: () => undefined },
  });
  const bytesBefore = process.memoryUsage.rss();
  const startedAt = performance.now();
  await connector.describe(entitySet, {
    lane: 'realTime',
    signal: AbortSignal.timeout(60_000),
    correlationId: 'bench',
  });
  const milliseconds = performance.now() - startedAt;
  await connector.close();
  return { milliseconds, bytesBefore, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

answer(readMetadata);
