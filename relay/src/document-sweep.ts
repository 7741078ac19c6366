import { randomUUID } from 'node:crypto';
import { inboundDependencies } from './inbound-work.ts';
import type { Schedule } from './jobs/schedules.ts';
import type { Parts } from './parts.ts';
import { sweepDocuments } from './sync/to-salesforce/sweep-documents.ts';

const EVERY_MS = 15 * 60_000;

type Place = { readonly org: string; readonly connection: string };

/** The schedule that brings the documents whose event was lost, of every org and connection; the trouble of one stops no other. */
export function documentSweep(parts: Parts): Schedule {
  const places = [...parts.settings.orgs.values()].flatMap(({ organizationId: org, connections }) =>
    connections.map((connection) => ({ org, connection })),
  );
  return {
    name: 'documents',
    everyMs: EVERY_MS,
    async run(signal) {
      for (const place of places) {
        if (signal.aborted) return;
        try {
          await sweepPlace(parts, place, signal);
        } catch (error) {
          parts.log.warn({ err: error, ...place }, 'The sweep of documents failed; its next turn comes as planned');
        }
      }
    },
  };
}

async function sweepPlace(parts: Parts, place: Place, signal: AbortSignal): Promise<void> {
  const { org } = place;
  const connector = parts.connectorOf(org, place.connection);
  if (connector === null) return;
  const configuration = await parts.configurations.current(org);
  const io = { lane: 'bulk', signal, correlationId: randomUUID() } as const;
  const request = { org, configuration, connector, salesforce: parts.salesforceOf(org), io };
  const swept = await sweepDocuments(inboundDependencies(parts), request);
  if (swept.brought + swept.failed === 0) return;
  parts.log.info({ ...place, ...swept }, 'The sweep found documents that no event brought');
}
