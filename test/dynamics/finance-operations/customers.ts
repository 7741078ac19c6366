import { type Change, type Draft, type Environment, type TableRules, field, fill } from './environment.ts';
import { nextNumber, sequenceKey, settleNumber } from './number-sequences.ts';
import { fieldRefused, infolog, writeRefused } from './refusals.ts';
import { type EntitySet, MAX_DATE } from './schema.ts';
import { type Row, type Values } from './state.ts';

const PARTY_TYPES = new Set(['Organization', 'Person']);
const ADDRESS_FIELDS = [
  'AddressStreet',
  'AddressCity',
  'AddressState',
  'AddressZipCode',
  'AddressCountryRegionId',
] as const;

function checkPartyType(set: EntitySet, given: Readonly<Values>): void {
  const type = given['PartyType'];
  if (type === undefined || PARTY_TYPES.has(type)) return;
  throw fieldRefused(set.aot, 'PartyType', `The value '${type}' in field 'Party type' is not a known party type.`);
}

/** The display name of a customer, whatever kind of party it is. */
export function customerName(values: Readonly<Values>): string {
  if (values['PartyType'] !== 'Person') return values['OrganizationName'] ?? '';
  return [values['PersonFirstName'], values['PersonMiddleName'], values['PersonLastName']].filter(Boolean).join(' ');
}

function sequenceOfGroup(draft: Draft): string {
  const group = draft.environment.state.get('CustomerGroups', draft.company, draft.given['CustomerGroupId'] ?? '');
  const name = group?.values['CustomerAccountNumberSequence'] ?? '';
  const exists = sequenceKey(draft.company, name) in draft.environment.settings.sequences;
  return name !== '' && exists ? name : 'Customer';
}

function refusePartyClash(draft: Draft, party: Row): void {
  const { environment, set, company, values } = draft;
  const account = values['CustomerAccount'] ?? '';
  const prospect = party.values['$prospect'];
  if (prospect !== undefined && prospect.toLowerCase() !== account.toLowerCase()) {
    throw writeRefused(
      set.aot,
      `The party '${party.values['PartyNumber'] ?? ''}' already exists as prospect '${prospect}'; the customer account must be the same as the prospect`,
    );
  }
  const others = environment.state.rowsWith('CustomersV3', 'PartyNumber', party.values['PartyNumber'] ?? '');
  for (const other of others) {
    if (other.values['dataAreaId'] !== company) continue;
    throw writeRefused(
      set.aot,
      `The party is already customer '${other.values['CustomerAccount'] ?? ''}' in company '${company}'`,
    );
  }
}

function partyValues(values: Readonly<Values>, number: string): Values {
  const party: Values = { PartyNumber: number };
  for (const field of [
    'PartyType',
    'OrganizationName',
    'PersonFirstName',
    'PersonMiddleName',
    'PersonLastName',
    'NameAlias',
    'LanguageId',
  ]) {
    const value = values[field];
    if (value !== undefined) party[field] = value;
  }
  return party;
}

function settleParty(draft: Draft): void {
  const { environment, values } = draft;
  const given = values['PartyNumber'] ?? '';
  const existing = given === '' ? undefined : environment.state.get('CDSParties', given);
  if (existing !== undefined) {
    refusePartyClash(draft, existing);
    for (const [field, value] of Object.entries(existing.values)) {
      if (draft.set.properties.has(field)) values[field] ??= value;
    }
    return;
  }
  const number = nextNumber(environment, '*', 'Party');
  values['PartyNumber'] = number;
  environment.state.insert('CDSParties', partyValues(values, number));
}

function composeAddress(values: Readonly<Values>): string {
  return ADDRESS_FIELDS.map((field) => values[field] ?? '')
    .filter((part) => part !== '')
    .join('\n');
}

function nameOrRefuse(set: EntitySet, values: Readonly<Values>): string {
  const name = customerName(values);
  if (name.trim() === '') throw infolog(set.aot, ["Warning: Field 'Name' must be filled in."]);
  return name;
}

function complete(draft: Draft): void {
  const { environment, set, company, given, values } = draft;
  const { state } = environment;
  checkPartyType(set, given);
  const account = settleNumber(draft, 'CustomerAccount', sequenceOfGroup(draft));
  values['CustomerAccount'] = account;
  // Creation goes on to refuse a number that is taken; a party must not be refused before it.
  if (state.get('CustomersV3', company, account) !== undefined) return;
  const group = state.get('CustomerGroups', company, field(given, 'CustomerGroupId'))?.values;
  fill(values, {
    PartyType: 'Organization',
    PaymentTerms: group?.['PaymentTermId'],
    SalesTaxGroup: group?.['TaxGroupId'],
    LanguageId: state.get('LegalEntities', company)?.values['LanguageId'],
  });
  if (group !== undefined && 'SalesCurrencyCode' in given) settleParty(draft);
  const name = nameOrRefuse(set, values);
  const address = composeAddress(values);
  fill(values, { NameAlias: name.slice(0, 20), KnownAs: name });
  if (address !== '') values['FullPrimaryAddress'] = address;
}

function recordAddress(environment: Environment, values: Readonly<Values>): void {
  if (composeAddress(values) === '') return;
  const company = values['dataAreaId'] ?? '';
  const account = values['CustomerAccount'] ?? '';
  const location = nextNumber(environment, '*', 'Location');
  const parts = Object.fromEntries(ADDRESS_FIELDS.map((field) => [field, values[field] ?? '']));
  environment.state.insert('CustomerPostalAddressesV2', {
    dataAreaId: company,
    CustomerAccount: account,
    AddressLocationId: location,
    AddressDescription: values['AddressDescription'] ?? 'Primary',
    AddressLocationRoles: 'Business',
    AddressValidFrom: environment.clock().toISOString().slice(0, 19) + 'Z',
    AddressValidTo: MAX_DATE,
    IsPrimary: 'Yes',
    ...parts,
  });
}

function change({ environment, set, row, given, changes }: Change): void {
  checkPartyType(set, given);
  const after = { ...row.values, ...changes };
  nameOrRefuse(set, after);
  if (ADDRESS_FIELDS.some((field) => field in given)) changes['FullPrimaryAddress'] = composeAddress(after);
  const party = environment.state.get('CDSParties', row.values['PartyNumber'] ?? '');
  if (party !== undefined) environment.state.update(party, partyValues(after, party.values['PartyNumber'] ?? ''));
}

function removing(row: Row, set: EntitySet, environment: Environment): void {
  const account = row.values['CustomerAccount'] ?? '';
  const company = row.values['dataAreaId'];
  const uses = [
    ...environment.state.rowsWith('SalesOrderHeaders', 'OrderingCustomerAccountNumber', account),
    ...environment.state.rowsWith('CustTransOpens', 'AccountNum', account),
  ];
  if (uses.some((use) => use.values['dataAreaId'] === company)) {
    throw infolog(set.aot, [
      'Error: Customers cannot be deleted while dependent Sales orders or Customer transactions exist.',
    ]);
  }
}

/** Customers: number, party and name, defaults from the group, blocked deletion while something depends on them. */
export const customerRules: TableRules = {
  complete,
  created: (row, { environment }) => recordAddress(environment, row.values),
  change,
  removing,
};

/** Customer groups: not deletable while customers use them. */
export const customerGroupRules: TableRules = {
  removing(row, set, environment) {
    const users = environment.state.rowsWith('CustomersV3', 'CustomerGroupId', row.values['CustomerGroupId'] ?? '');
    if ([...users].some((user) => user.values['dataAreaId'] === row.values['dataAreaId'])) {
      throw infolog(set.aot, ['Error: Customer groups cannot be deleted while dependent Customers exist.']);
    }
  },
};
