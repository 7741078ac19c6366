import { type RestResponse } from '../../rest/http.ts';
import { type PageSources } from '../../start-org.ts';
import { startAuraThread } from './aura-thread.ts';
import { type AuraCall, callAura, unknownMethod } from './call-aura.ts';

export type CallApex = (call: AuraCall) => RestResponse | Promise<RestResponse>;

/** How pages reach the org's Apex. */
export type AuraServer = { readonly call: CallApex; readonly stop: () => Promise<void> };

/** Serves components' Apex: in its own thread where the org has a file, here otherwise; without Apex no method is known. */
export function serveAura({ apex, records }: PageSources): AuraServer {
  const { org, thread, runDueJobs } = apex;
  if (thread !== null) {
    return startAuraThread(thread, { onChange: records.announce, onCommitted: () => void runDueJobs() });
  }
  return { call: (call) => (org ? callAura(org, call) : unknownMethod(call)), stop: () => Promise.resolve() };
}
