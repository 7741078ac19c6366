import { describe, expect, it } from '@jest/globals';
import { aLookup, anObject, aSalesforceField, describing } from '../../../test/support/mapping-builders.ts';
import { RelayError } from '../errors.ts';
import { compileConfiguration } from './configuration.ts';
import type { MappingRecord, RouteRecord } from './configuration-document.ts';
import type { Configuration } from './mapping.ts';

const opportunity = anObject('Opportunity', [
  aSalesforceField('IsWon', 'boolean'),
  aSalesforceField('Amount', 'number'),
]);
const quote = anObject('Quote', [aSalesforceField('Status'), aLookup('Opportunity')]);
const order = anObject('Order', [aSalesforceField('Division__c'), aLookup('Opportunity'), aLookup('Quote')]);

const mapping = (name: MappingRecord['HandOff__c'], overrides: Partial<MappingRecord> = {}): MappingRecord => ({
  DeveloperName: `${name ?? ''}_Order`,
  SalesforceObject__c: name ?? '',
  EntitySet__c: 'Orders',
  Direction__c: 'ToDynamics',
  ...(name === undefined ? {} : { HandOff__c: name }),
  ...overrides,
});
const fromOpportunity = mapping('Opportunity', { Criteria__c: 'IsWon' });
const fromOrder = mapping('Order', { Options__c: '{"related":["OpportunityId","Quote.OpportunityId"]}' });

const route = (
  of: string | null,
  handOff: RouteRecord['HandOff__c'],
  more: Partial<RouteRecord> = {},
): RouteRecord => ({
  DeveloperName: `${of ?? 'All'}_usmf`,
  ...(of === null ? {} : { EntityMapping__c: of }),
  ...(handOff === undefined ? {} : { HandOff__c: handOff }),
  ...(more.CompanyFormula__c === undefined ? { Company__c: 'usmf' } : {}),
  ...more,
});

function compile(mappings: readonly MappingRecord[], routes: readonly RouteRecord[]): Configuration {
  const records = {
    CompanyRoute__mdt: routes,
    Connection__mdt: [
      { DeveloperName: 'Contoso', ConnectionKey__c: 'contoso', Platform__c: 'FinanceOperations', IsDefault__c: true },
    ],
    EntityMapping__mdt: mappings,
    FieldMapping__mdt: [],
    ValueMap__mdt: [],
    ValueMapEntry__mdt: [],
  };
  return compileConfiguration(
    JSON.stringify({ contract: 1, records }),
    'sha256:0',
    describing([opportunity, quote, order]),
  );
}

function faultsOf(mappings: readonly MappingRecord[], routes: readonly RouteRecord[]): string[] {
  try {
    compile(mappings, routes);
  } catch (error) {
    if (error instanceof RelayError) return error.message.split('\n- ').slice(1);
    throw error;
  }
  return [];
}

const both = [fromOpportunity, fromOrder];
const [ofOpportunity, ofOrder] = [fromOpportunity.DeveloperName, fromOrder.DeveloperName];

describe('the hand-off of a company', () => {
  it.each<[string, RouteRecord[]]>([
    ['one document in both routes', [route(ofOpportunity, 'Opportunity'), route(ofOrder, 'Opportunity')]],
    [
      'another document in another company',
      [route(ofOpportunity, 'Opportunity'), route(ofOrder, 'Order', { Company__c: 'gbsi' })],
    ],
    ['a general route that names the document', [route(null, 'Order')]],
    ['one mapping alone', [route(ofOrder, 'None')]],
  ])('may be %s', (_, routes) => {
    expect(faultsOf(both, routes)).toEqual([]);
  });

  it.each<[string, RouteRecord[]]>([
    ['two documents', [route(ofOpportunity, 'Opportunity'), route(ofOrder, 'Order')]],
    [
      'two documents, in whatever case',
      [route(ofOpportunity, 'None'), route(ofOrder, 'Order', { Company__c: 'USMF' })],
    ],
    ['whatever each mapping says', [route(null, 'None')]],
    ['each the other one', [route(ofOpportunity, 'Order'), route(ofOrder, 'Opportunity')]],
    [
      'two documents in companies of formulas',
      [
        route(ofOpportunity, 'Opportunity', { CompanyFormula__c: 'TEXT(Amount)' }),
        route(ofOrder, 'Order', { CompanyFormula__c: 'Division__c' }),
      ],
    ],
  ])('is refused as %s, naming both mappings and the company', (_, routes) => {
    const faults = faultsOf(both, routes);

    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^CompanyRoute__mdt \w+, HandOff__c: /);
    for (const named of [ofOpportunity, ofOrder, 'Opportunity', 'contoso']) expect(faults[0]).toContain(named);
    expect(faults[0]).toMatch(/company usmf|companies that a formula names/);
  });
});

describe('a document of a deal', () => {
  const compiled = compile(both, [route(ofOpportunity, 'Opportunity'), route(ofOrder, 'Opportunity')]);

  it('knows who hands the deal over in its place, by every lookup that leads there', () => {
    expect(compiled.mappings.get(ofOrder)?.leaders).toMatchObject([
      { path: 'OpportunityId', prefix: 'Opportunity', mapping: ofOpportunity, handOff: 'Opportunity' },
      { path: 'Quote.OpportunityId', prefix: 'Quote.Opportunity', mapping: ofOpportunity },
    ]);
    expect(compiled.mappings.get(ofOpportunity)?.leaders).toEqual([]);
  });

  it('reads what decides whether that one is wanted', () => {
    expect(compiled.mappings.get(ofOrder)?.reads).toEqual([
      'Opportunity.IsWon',
      'OpportunityId',
      'Quote.Opportunity.IsWon',
      'Quote.OpportunityId',
    ]);
  });
});
