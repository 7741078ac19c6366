import { expect, it } from '@jest/globals';
import { RelayError } from './errors.ts';
import { meteredSalesforce } from './metered.ts';
import type { Salesforce } from './salesforce/salesforce.ts';
import { createMetrics } from './telemetry/metrics.ts';

const ORG = '00D000000000062EAA';
const never = (): never => {
  throw new Error('Nobody should ask for this.');
};

function anOrg(query: Salesforce['query']): Salesforce {
  return {
    org: ORG,
    query,
    organization: never,
    describe: never,
    readRecords: never,
    readConfiguration: never,
    upsertOwned: never,
    apply: never,
    apiBudget: () => ({ used: 14_990, limit: 15_000 }),
  };
}

it('counts what Salesforce refuses for a limit, and nothing else, and shows the budget even then', async () => {
  const metrics = createMetrics();
  const failing = (code: 'SALESFORCE_LIMIT' | 'SALESFORCE_UNAVAILABLE') =>
    meteredSalesforce(
      anOrg(() => Promise.reject(new RelayError(code, 'It failed.'))),
      metrics,
    ).query('SELECT Id FROM Account');

  await expect(failing('SALESFORCE_LIMIT')).rejects.toMatchObject({ code: 'SALESFORCE_LIMIT' });
  await expect(failing('SALESFORCE_UNAVAILABLE')).rejects.toMatchObject({ code: 'SALESFORCE_UNAVAILABLE' });

  const text = await metrics.text();
  expect(text).toContain(`causeway_external_throttled_total{system="salesforce",target="${ORG}"} 1\n`);
  expect(text).toContain(`causeway_salesforce_api_calls_used{org="${ORG}"} 14990\n`);
  expect(text).toContain(`causeway_salesforce_api_calls_limit{org="${ORG}"} 15000\n`);
});
