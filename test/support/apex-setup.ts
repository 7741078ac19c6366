import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ApexSetup, LocalOrg } from '../org/start-org.ts';
import { USERNAMES } from '../org/seed-org.ts';

const CREDENTIAL = 'Causeway_Relay';
const NO_RELAY = 'https://relay.invalid';
const CONNECTION = 'main/connection';

/** What an admin of the org enters in Setup. */
export type AdminSettings = {
  /** The package's folder. */
  readonly packaged: string;
  /** Where the org's own metadata is written. */
  readonly folder: string;
  /** The public address of the relay, to which tokens are made out. */
  readonly audience: string;
  /** Where its calls go: the relay, or a wire to it. */
  readonly address: string;
  readonly privateKeyPem: string;
};

/**
 * Writes what an admin enters in Setup as the metadata it becomes: the relay's address in both credentials, and the user as whom the
 * wake is answered. Without the last, events run as the Automated Process, which can hold no credential.
 */
export async function writeAdminMetadata(settings: AdminSettings): Promise<ApexSetup> {
  const { packaged, folder, audience, address, privateKeyPem } = settings;
  await mkdir(folder);
  const copy = async (file: string, relay: string): Promise<void> => {
    const text = await readFile(path.join(packaged, CONNECTION, file), 'utf8');
    if (!text.includes(NO_RELAY)) throw new Error(`${file} no longer has ${NO_RELAY} for an admin to replace.`);
    await writeFile(path.join(folder, path.basename(file)), text.replace(NO_RELAY, relay));
  };
  await copy(`externalCredentials/${CREDENTIAL}.externalCredential-meta.xml`, audience);
  await copy(`namedCredentials/${CREDENTIAL}.namedCredential-meta.xml`, address);
  await writeFile(path.join(folder, 'SyncWanted.platformEventSubscriberConfig-meta.xml'), SUBSCRIBER);
  const signingKeys = { [CREDENTIAL]: { privateKey: privateKeyPem, keyId: 'org' } };
  return { credentials: { urls: {}, signingKeys } };
}

const SUBSCRIBER = `<?xml version="1.0" encoding="UTF-8"?>
<PlatformEventSubscriberConfig xmlns="http://soap.sforce.com/2006/04/metadata">
    <masterLabel>SyncWanted</masterLabel>
    <platformEventConsumer>SyncWantedTrigger</platformEventConsumer>
    <user>${USERNAMES.integration}</user>
</PlatformEventSubscriberConfig>
`;

const PERMISSION_SETS = {
  admin: ['CausewayAdmin'],
  integration: ['CausewayIntegration', 'ContosoIntegration'],
  operator: ['CausewayOperator', 'ContosoSales'],
  sales: ['CausewayUser', 'ContosoSales'],
} as const;

/** Assigns the permission sets, switches Causeway on for this very org, and plans its schedule. */
export function switchOn(org: LocalOrg, settings: { readonly batchSize?: number; readonly isPaused?: boolean }): void {
  for (const [person, names] of Object.entries(PERMISSION_SETS)) {
    for (const name of names) assign(org, org.users[person as keyof typeof PERMISSION_SETS], name);
  }
  org.insert('CausewaySettings__c', {
    SetupOwnerId: org.organizationId,
    IsEnabled__c: true,
    IsPaused__c: settings.isPaused ?? false,
    PairedOrganizationId__c: org.organizationId,
    DispatcherUser__c: org.users.integration,
    ...(settings.batchSize === undefined ? {} : { BatchSize__c: String(settings.batchSize) }),
  });
  org.apex?.anonymous('SyncSchedule.ensure();', { userId: org.users.integration });
}

/** Pauses Causeway, or ends the pause, as an operator does. */
export function setPaused(org: LocalOrg, isPaused: boolean): void {
  const [settings] = org.query('SELECT Id FROM CausewaySettings__c');
  org.update('CausewaySettings__c', String(settings?.['Id']), { IsPaused__c: isPaused });
}

function assign(org: LocalOrg, userId: string, name: string): void {
  const [set] = org.query(`SELECT Id FROM PermissionSet WHERE Name = '${name}'`);
  if (set === undefined) throw new Error(`The org has no permission set ${name}.`);
  const id = String(set['Id']);
  const held = `SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = '${userId}' AND PermissionSetId = '${id}'`;
  if (org.query(held).length === 0) org.insert('PermissionSetAssignment', { AssigneeId: userId, PermissionSetId: id });
}
