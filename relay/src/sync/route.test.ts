import { expect, test } from '@jest/globals';
import { RelayError } from '../errors.ts';
import { aFormula, aMapping, aRecord, aRoute } from '../../../test/support/mapping-builders.ts';
import type { CompanyRoute } from './mapping.ts';
import { route } from './route.ts';

const inCountry = (country: string) => aFormula((fields) => fields['Country'] === country);
const failing = aFormula(() => {
  throw new RelayError('FORMULA_FAILED', 'It divides by zero.');
});

function routed(routes: readonly CompanyRoute[], fields = {}) {
  const result = route(aMapping({ routes }), aRecord(fields));
  return {
    places: result.routed.map(
      ({ connection, company, isPrimary }) => `${connection}/${company}${isPrimary ? '*' : ''}`,
    ),
    faults: result.faults,
  };
}

test('a record goes to every company whose condition holds, one of them primary', () => {
  const routes = [
    aRoute({ name: 'GB', condition: inCountry('GB'), company: 'GBSI' }),
    aRoute({ name: 'All', condition: aFormula(() => true), company: 'usmf', isPrimary: true }),
    aRoute({ name: 'DE', condition: inCountry('DE'), company: 'demf' }),
  ];

  expect(routed(routes, { Country: 'GB' })).toEqual({ places: ['contoso/gbsi', 'contoso/usmf*'], faults: [] });
});

test('a route without condition is the default: it counts only where no other holds', () => {
  const routes = [aRoute({ name: 'Default' }), aRoute({ name: 'DE', condition: inCountry('DE'), company: 'demf' })];

  expect(routed(routes, { Country: 'DE' }).places).toEqual(['contoso/demf*']);
  expect(routed(routes, { Country: 'US' }).places).toEqual(['contoso/usmf*']);
});

test('without a flag the first company is primary, with several flags the first of them', () => {
  const companies = ['usmf', 'gbsi', 'demf'];
  const flagged = (flags: readonly boolean[]) =>
    routed(companies.map((company, index) => aRoute({ name: company, company, isPrimary: flags[index] === true })))
      .places;

  expect(flagged([false, false, false])).toEqual(['contoso/usmf*', 'contoso/gbsi', 'contoso/demf']);
  expect(flagged([false, true, true])).toEqual(['contoso/usmf', 'contoso/gbsi*', 'contoso/demf']);
});

test('a company appears once, primary if any of its routes is', () => {
  const routes = [
    aRoute({ name: 'A', company: 'gbsi' }),
    aRoute({ name: 'B', company: 'usmf' }),
    aRoute({ name: 'C', company: 'USMF', isPrimary: true }),
  ];

  const result = route(aMapping({ routes }), aRecord());

  expect(result.routed.map(({ company, isPrimary, route: { name } }) => [company, isPrimary, name])).toEqual([
    ['gbsi', false, 'A'],
    ['usmf', true, 'B'],
  ]);
});

test('the same company of two connections is two places, named by the keys of the connections', () => {
  const routes = [aRoute({ name: 'A' }), aRoute({ name: 'B', connection: 'Fabrikam', connectionKey: 'fabrikam-prod' })];

  expect(routed(routes).places).toEqual(['contoso/usmf*', 'fabrikam-prod/usmf']);
});

test('a formula names the company', () => {
  const routes = [aRoute({ company: null, companyFormula: aFormula((fields) => fields['Company__c'] ?? null) })];

  expect(routed(routes, { Company__c: ' GBSI ' }).places).toEqual(['contoso/gbsi*']);
});

test('a formula that names no company leaves the record unrouted', () => {
  const routes = [aRoute({ name: 'ByField', company: null, companyFormula: aFormula(() => null) })];

  expect(routed(routes)).toMatchObject({
    places: [],
    faults: [
      {
        code: 'COMPANY_NOT_ROUTED',
        message: expect.stringContaining('the company formula gives no company (ByField)'),
      },
    ],
  });
});

test('a record that no route takes is told which routes there are', () => {
  const routes = [
    aRoute({ name: 'DE', condition: inCountry('DE') }),
    aRoute({ name: 'GB', condition: inCountry('GB') }),
  ];

  expect(routed(routes, { Country: 'US' })).toMatchObject({
    places: [],
    faults: [
      {
        code: 'COMPANY_NOT_ROUTED',
        message: expect.stringContaining('no condition holds and there is no default (DE, GB)'),
      },
    ],
  });
});

test('a mapping without routes says so', () => {
  expect(routed([]).faults).toMatchObject([
    { code: 'COMPANY_NOT_ROUTED', message: 'Account_Thing has no company route.' },
  ]);
});

test('a condition that fails is a fault and never opens the default', () => {
  const routes = [aRoute({ name: 'Default' }), aRoute({ name: 'Bad', condition: failing, company: 'demf' })];

  expect(routed(routes)).toMatchObject({
    places: [],
    faults: [{ code: 'FORMULA_FAILED', message: 'Company route Bad: It divides by zero.' }],
  });
});

test('a set that all companies share is routed without a company', () => {
  expect(routed([aRoute({ company: null })]).places).toEqual(['contoso/*']);
});
