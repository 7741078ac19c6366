import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { RelayError } from '../errors.ts';
import type { OrgSettings } from '../settings.ts';
import { createConditionalWriter } from './conditional-writer.ts';
import { createConfigurationReader } from './configuration-reader.ts';
import { createDescribe } from './describe.ts';
import { createPrefix } from './namespace.ts';
import { createOrgNames } from './org-names.ts';
import { createOwnedWriter } from './owned-writer.ts';
import { createReader, queryRows } from './reader.ts';
import type { Salesforce } from './salesforce.ts';
import { createSalesforceSession } from './session.ts';

/** One Salesforce org through the relay's own session, in the words of mappings whatever its namespace; signs in when first used. */
export function createSalesforce(deps: {
  readonly org: OrgSettings;
  readonly clock: () => Date;
  readonly wait?: (ms: number) => Promise<void>;
  readonly random?: () => number;
}): Salesforce {
  const { org, clock, wait = delay, random = Math.random } = deps;
  const session = createSalesforceSession({ org, clock });
  const prefix = createPrefix({ session, org });
  const describe = createDescribe({ session, prefix, clock });
  const reader = createReader({ session, describe, prefix, names: createOrgNames({ prefix, describe }) });

  return {
    org: org.organizationId,
    describe: async (object) => (await describe(object)).description,
    ...reader,
    ...createConfigurationReader({ session, prefix }),
    ...createOwnedWriter({ session, describe, query: reader.query, wait, random }),
    ...createConditionalWriter({ session, prefix, newId: randomUUID }),
    apiBudget: () => session.apiBudget(),
    async organization() {
      // Asked without the package's words: pairing may come before its installation.
      const [row] = await queryRows(session, 'SELECT Id, Name, IsSandbox FROM Organization');
      if (typeof row?.Id !== 'string') {
        throw new RelayError(
          'PERMISSION_MISSING',
          `The relay's user cannot read the organization ${org.organizationId}.`,
        );
      }
      return { id: row.Id, name: typeof row.Name === 'string' ? row.Name : '', isSandbox: row.IsSandbox === true };
    },
  };
}
