import path from 'node:path';
import { buildPages } from '../org/browser/open-pages.ts';
import { type LocalOrg, startOrg } from '../org/start-org.ts';
import { switchOn, writeAdminMetadata } from './apex-setup.ts';
import { createApplyResource } from './apply-resource.ts';
import type { KeyPair } from './org-key.ts';
import type { Wire } from './wire.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const PACKAGED = path.join(ROOT, 'force-app');
const DEMO = path.join(ROOT, 'unpackaged/demo');

/** What kind of org a test wants. */
export type OrgSetup = {
  /** Opens the org's pages in a browser. */
  readonly hasScreens?: boolean;
  /** How many requests one call of the package carries at most. */
  readonly batchSize?: number;
  /** Causeway is paused: what changes is kept in the outbox, and nothing is sent. */
  readonly isPaused?: boolean;
  /** The package is installed in the org, with its namespace; its Apex does not run there. */
  readonly isInstalled?: boolean;
};

type Surroundings = {
  readonly directory: string;
  readonly keys: { readonly org: KeyPair; readonly app: KeyPair };
  readonly wire: Wire;
  readonly port: number;
  readonly connectedApp: string;
  readonly setup: OrgSetup;
};

/** Starts the org with Contoso's metadata, the package, and what an admin sets up to pair it with the relay at that port. */
export async function startProductOrg(from: Surroundings): Promise<LocalOrg> {
  const { directory, keys, wire, port, setup } = from;
  const connectedApps = [{ clientId: from.connectedApp, certificates: [keys.app.certificatePem] }];
  if (setup.isInstalled === true) {
    const installed = { namespace: 'causeway', sources: [PACKAGED] };
    return startOrg({ connectedApps, sources: [DEMO], installed, apexRest: createApplyResource });
  }
  const folder = path.join(directory, 'setup');
  const apex = await writeAdminMetadata({
    packaged: PACKAGED,
    folder,
    audience: `http://127.0.0.1:${port}`,
    address: wire.url,
    privateKeyPem: keys.org.privateKeyPem,
  });
  const org = await startOrg({
    connectedApps,
    sources: [PACKAGED, DEMO, folder],
    file: path.join(directory, 'org.sqlite'),
    apex,
    ...(setup.hasScreens === true ? { pages: await buildPages([PACKAGED, DEMO]) } : {}),
  });
  switchOn(org, setup);
  return org;
}
