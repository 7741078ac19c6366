import { describe, expect, it } from '@jest/globals';
import type { Values } from '../../dynamics/connector.ts';
import type { Salesforce } from '../../salesforce/salesforce.ts';
import type { Configuration, EntityMapping } from '../mapping.ts';
import type { Intent } from '../unit.ts';
import { judgeLeftBehind } from './judge-left-behind.ts';

const wonOnly = { source: 'IsWon', reads: ['IsWon'], evaluate: (fields: Values) => fields['IsWon'] ?? null };
const usmf = {
  ...{ name: 'Usmf', connection: 'Contoso', connectionKey: 'contoso', condition: null, company: 'usmf' },
  ...{ companyFormula: null, isPrimary: true, handOff: 'None', options: {} },
};
const line = { name: 'Line', childRelationship: 'OpportunityLineItems', salesforceObject: 'OpportunityLineItem' };
const deal = {
  ...{ name: 'Deal', salesforceObject: 'Opportunity', criteria: wonOnly, reads: ['IsWon'] },
  ...{ routes: [usmf], children: [line] },
} as unknown as EntityMapping;
const configuration = { mappings: new Map([['Deal', deal]]) } as unknown as Configuration;

const WON = '006000000000001AAA';
const LOST = '006000000000002AAA';
const DELETED = '006000000000003AAA';
const LINE = '00k000000000001AAA';
const LINE_DELETED = '00k000000000002AAA';

const salesforce = {
  readRecords: async ({ ids }: { ids: readonly string[] }) =>
    [
      { id: WON, fields: { IsWon: true } },
      { id: LOST, fields: { IsWon: false } },
    ].filter(({ id }) => ids.includes(id)),
  describe: async () => ({
    children: new Map([['OpportunityLineItems', { object: 'OpportunityLineItem', field: 'OpportunityId' }]]),
  }),
  query: async (soql: string) => (soql.includes(LINE) ? [{ Id: LINE, OpportunityId: WON }] : []),
} as unknown as Salesforce;

function intent(recordId: string, mapping = 'Deal', company = 'usmf'): Intent {
  const unit = { org: '00D', recordId, mapping, connection: 'contoso', company };
  const openedAt = '2026-11-23T10:00:00.000Z';
  return { id: recordId, unit, entitySet: 'S', marker: 'm', state: 'open', openedAt, unknownSince: null, isNew: false };
}

const judge = async (...intents: Intent[]): Promise<{ ask: readonly string[]; close: string[] }> => {
  const { ask, close } = await judgeLeftBehind({ salesforce, configuration }, intents);
  return { ask, close: close.map(({ id }) => id) };
};

describe('a create that was left behind', () => {
  it('is looked up by sending its record again, as long as that is wanted there', async () => {
    expect(await judge(intent(WON))).toEqual({ ask: [`${WON}/Deal`], close: [] });
  });

  it('is closed where the record is deleted, no longer wanted, or routed elsewhere', async () => {
    expect(await judge(intent(DELETED), intent(LOST))).toEqual({ ask: [], close: [DELETED, LOST] });
    expect(await judge(intent(WON, 'Deal', 'demf'))).toEqual({ ask: [], close: [WON] });
  });

  it('of a line is looked up by sending its document, once, and closed where the line is deleted', async () => {
    expect(await judge(intent(LINE, 'Line'), intent(LINE_DELETED, 'Line'), intent(WON))).toEqual({
      ask: [`${WON}/Deal`],
      close: [LINE_DELETED],
    });
  });

  it('is closed where its mapping is gone', async () => {
    expect(await judge(intent(WON, 'Removed'))).toEqual({ ask: [], close: [WON] });
  });
});
