import { describe, expect, it } from '@jest/globals';
import { aMapping } from '../../../../test/support/mapping-builders.ts';
import type { Salesforce } from '../../salesforce/salesforce.ts';
import type { Configuration } from '../mapping.ts';
import { requestAgain } from './request-again.ts';

const [FIRST, SECOND] = ['001000000000001AAA', '001000000000002AAA'];
const mapping = aMapping({ name: 'Account_Customer' });
const configuration = { mappings: new Map([[mapping.name, mapping]]) } as unknown as Configuration;
const clock = (): Date => new Date('2026-11-23T10:00:00Z');

type Written = Parameters<Salesforce['upsertOwned']>[2][number];

/** An outbox that holds these generations by key. */
function outbox(generations: Readonly<Record<string, string | null>>) {
  const written: Written[] = [];
  const queries: string[] = [];
  const salesforce = {
    query: async (soql: string) => {
      queries.push(soql);
      return Object.entries(generations).map(([key, generation]) => ({
        RequestKey__c: key,
        Generation__c: generation,
      }));
    },
    upsertOwned: async (_type: string, _field: string, records: readonly Written[]) => {
      written.push(...records);
      return records.map(({ externalId }) => ({ ok: true, id: externalId, isCreated: false, written: [] }));
    },
  } as unknown as Salesforce;
  return { salesforce, written, queries };
}

describe('asking an org to send records again', () => {
  it('makes each row due once, with a generation above the one that may be on its way', async () => {
    const { salesforce, written } = outbox({ [`${FIRST}/Account_Customer`]: '7' });

    const asked = await requestAgain({ salesforce, configuration, clock }, [
      `${FIRST}/Account_Customer/contoso/usmf`,
      `${FIRST}/Account_Customer/contoso/gbsi`,
      `${SECOND}/Account_Customer/contoso/usmf`,
    ]);

    expect(asked).toBe(2);
    expect(written.map(({ externalId, fields }) => [externalId, fields['Generation__c'], fields['State__c']])).toEqual([
      [`${FIRST}/Account_Customer`, '8', 'Due'],
      [`${SECOND}/Account_Customer`, '1', 'Due'],
    ]);
  });

  it('takes a row without a generation for a new one, and asks for many in several queries', async () => {
    const { salesforce, written, queries } = outbox({ [`${FIRST}/Account_Customer`]: null });
    const keys = Array.from({ length: 201 }, (_, index) => `001${String(index).padStart(12, '0')}AAA/Account_Customer`);

    await requestAgain({ salesforce, configuration, clock }, [`${FIRST}/Account_Customer`, ...keys]);

    expect(written[0]?.fields['Generation__c']).toBe('1');
    expect(queries).toHaveLength(2);
  });

  it('asks for ids and known mappings only, so that no key gets out of its quotes', async () => {
    const { salesforce, queries } = outbox({});
    const odd = `x' OR Name != '/Account_Customer`;

    await requestAgain({ salesforce, configuration, clock }, [
      odd,
      `${FIRST}/Gone_Mapping`,
      `${SECOND}/Account_Customer`,
    ]);

    expect(queries).toEqual([expect.stringContaining(`IN ('${SECOND}/Account_Customer')`)]);
  });

  it('asks nobody where no mapping of the configuration is meant', async () => {
    const { salesforce, written, queries } = outbox({});

    expect(await requestAgain({ salesforce, configuration, clock }, [`${FIRST}/Gone_Mapping`])).toBe(0);
    expect([written, queries]).toEqual([[], []]);
  });
});
