import { RelayError } from '../errors.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Route } from './route.ts';

/** What a platform asks of a process: does it live, may it get traffic, what does it count. */
export function healthRoutes(deps: { readonly isReady: () => Promise<boolean>; readonly metrics: Metrics }): Route[] {
  return [
    { method: 'GET', path: '/healthz', access: 'open', handle: async () => ({ status: 200, body: { status: 'ok' } }) },
    { method: 'GET', path: '/readyz', access: 'open', handle: () => answerReady(deps.isReady) },
    {
      method: 'GET',
      path: '/metrics',
      // It names mappings, companies and connections.
      access: 'operator',
      handle: async () => ({
        status: 200,
        body: await deps.metrics.text(),
        contentType: deps.metrics.contentType,
      }),
    },
  ];
}

async function answerReady(isReady: () => Promise<boolean>) {
  if (await isReady().catch(() => false)) return { status: 200, body: { status: 'ready' } };
  throw new RelayError('UNAVAILABLE', 'The relay is starting, stopping, or cannot reach its database. See its log.');
}
