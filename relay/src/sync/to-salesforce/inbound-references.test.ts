import { describe, expect, it } from '@jest/globals';
import { aField, aLink, aMapping } from '../../../../test/support/mapping-builders.ts';
import type { Link } from '../unit.ts';
import type { Inbound } from './inbound.ts';
import { inboundReferences } from './inbound-references.ts';

const reference = aField({
  dynamicsField: 'SalesOrderNumber',
  kind: 'Reference',
  direction: 'ToSalesforce',
  referenceMapping: 'Opportunity_SalesOrder',
});
const invoices = aMapping({ fields: [reference] });
const order = aMapping({ name: 'Opportunity_SalesOrder', entitySet: 'Orders' });
const invoice = { key: {}, values: { SalesOrderNumber: 'SO-1' }, etag: null };

/** What the store answers, one answer after the other; the last one for ever. */
function inbound(links: readonly (readonly Link[])[], isBeingCreated: boolean): Inbound {
  const answers = [...links];
  const store = {
    linksOfNumbers: async () => (answers.length > 1 ? answers.shift() : answers[0]) ?? [],
    hasOpenIntent: async () => isBeingCreated,
  };
  return {
    org: '00D000000000001AAA',
    company: 'usmf',
    connector: { connection: 'contoso' },
    configuration: { mappings: new Map([[order.name, order]]) },
    deps: { store, quarantineMs: 1 },
  } as unknown as Inbound;
}

const { link } = aLink({ number: 'SO-1' });

describe('the parents of what comes from Dynamics', () => {
  it('are those that are linked', async () => {
    const found = await inboundReferences(inbound([[link]], true), invoices, [invoice]);

    expect([...found]).toEqual([['Opportunity_SalesOrder/SO-1', link.unit.recordId]]);
  });

  it('are waited for while one may be being created', async () => {
    await expect(inboundReferences(inbound([[]], true), invoices, [invoice])).rejects.toMatchObject({
      code: 'EVENT_AHEAD',
    });
  });

  it('are found when the create ended between the question for its link and the one for its intent', async () => {
    const found = await inboundReferences(inbound([[], [link]], false), invoices, [invoice]);

    expect(found.get('Opportunity_SalesOrder/SO-1')).toBe(link.unit.recordId);
  });

  it('are missing where nobody creates them', async () => {
    expect((await inboundReferences(inbound([[]], false), invoices, [invoice])).size).toBe(0);
  });
});
