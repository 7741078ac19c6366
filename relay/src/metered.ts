import type { Connector } from './dynamics/connector.ts';
import { RelayError } from './errors.ts';
import type { Salesforce } from './salesforce/salesforce.ts';
import type { Metrics } from './telemetry/metrics.ts';

/** The same connector, with its answer times counted as Dynamics' own. */
export function meteredConnector(connector: Connector, metrics: Metrics): Connector {
  const timed = <T>(operation: string, run: () => Promise<T>): Promise<T> =>
    metrics.external({ system: 'dynamics', target: connector.connection, operation }, run);
  return {
    ...connector,
    describe: (entitySet, call) => timed('describe', () => connector.describe(entitySet, call)),
    read: (requests, call) => timed('read', () => connector.read(requests, call)),
    find: (requests, call) => timed('find', () => connector.find(requests, call)),
    write: (requests, call) => timed('write', () => connector.write(requests, call)),
    writeTogether: (requests, call) => timed('writeTogether', () => connector.writeTogether(requests, call)),
    dimensionFormat: (call) => timed('dimensionFormat', () => connector.dimensionFormat(call)),
    accountingCurrency: (request, call) =>
      timed('accountingCurrency', () => connector.accountingCurrency(request, call)),
    settlements: (request, call) => timed('settlements', () => connector.settlements(request, call)),
    isPaymentReversed: (request, call) => timed('isPaymentReversed', () => connector.isPaymentReversed(request, call)),
    customerBalance: (request, call) => timed('customerBalance', () => connector.customerBalance(request, call)),
  };
}

/** The same org, with its answer times counted as Salesforce's own, its refusals for a limit, and what is left of its API calls. */
export function meteredSalesforce(salesforce: Salesforce, metrics: Metrics): Salesforce {
  const { org } = salesforce;
  const timed = async <T>(operation: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await metrics.external({ system: 'salesforce', target: org, operation }, run);
    } catch (error) {
      if (error instanceof RelayError && error.code === 'SALESFORCE_LIMIT') metrics.throttled('salesforce', org);
      throw error;
    } finally {
      const budget = salesforce.apiBudget();
      if (budget !== null) metrics.apiBudget(org, budget);
    }
  };
  return {
    ...salesforce,
    organization: () => timed('organization', () => salesforce.organization()),
    describe: (object) => timed('describe', () => salesforce.describe(object)),
    readRecords: (request) => timed('readRecords', () => salesforce.readRecords(request)),
    query: (soql) => timed('query', () => salesforce.query(soql)),
    readConfiguration: () => timed('readConfiguration', () => salesforce.readConfiguration()),
    upsertOwned: (type, field, records) => timed('upsertOwned', () => salesforce.upsertOwned(type, field, records)),
    apply: (write) => timed('apply', () => salesforce.apply(write)),
  };
}
