import { setTimeout as delay } from 'node:timers/promises';
import { RelayError } from '../errors.ts';
import type { OrgSettings } from '../settings.ts';
import { createConditionalWriter } from './conditional-writer.ts';
import { createConfigurationReader } from './configuration-reader.ts';
import { createDescribe } from './describe.ts';
import { createOwnedWriter } from './owned-writer.ts';
import { createReader } from './reader.ts';
import type { Salesforce } from './salesforce.ts';
import { createSalesforceSession } from './session.ts';

/** One Salesforce org through the relay's own session; signs in when first used. */
export function createSalesforce(deps: {
  readonly org: OrgSettings;
  readonly clock: () => Date;
  readonly wait?: (ms: number) => Promise<void>;
  readonly random?: () => number;
}): Salesforce {
  const { org, clock, wait = delay, random = Math.random } = deps;
  const session = createSalesforceSession({ org, clock });
  const describe = createDescribe({ session, clock });
  const reader = createReader({ session, describe });

  return {
    org: org.organizationId,
    describe,
    ...reader,
    ...createConfigurationReader({ session }),
    ...createOwnedWriter({ session, describe, query: reader.query, wait, random }),
    ...createConditionalWriter({ session, describe, clock, wait }),
    apiBudget: () => session.apiBudget(),
    async organization() {
      const [row] = await reader.query('SELECT Id, Name, IsSandbox FROM Organization');
      if (typeof row?.Id !== 'string') {
        throw new RelayError(
          'PERMISSION_MISSING',
          `The relay's user cannot read the organization ${org.organizationId}.`,
        );
      }
      return { id: row.Id, name: String(row.Name ?? ''), isSandbox: row.IsSandbox === true };
    },
  };
}
