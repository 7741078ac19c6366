import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connector } from '../../relay/src/dynamics/connector.ts';
import { RelayError } from '../../relay/src/errors.ts';
import { accountFields, aCustomer, anId, BRITAIN, changed } from './contoso-records.ts';
import { edit, type Engine, leaseLost, ORG, QUARANTINE_MS, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

const customers = (company = 'usmf'): Record<string, string | null>[] => engine.rows('CustomersV3', company);
const customer = (number: string, company = 'usmf'): Record<string, string | null> | undefined =>
  customers(company).find((row) => row['CustomerAccount'] === number);
const link = async (id: string, mapping = 'Account_Customer', company = 'usmf') =>
  (await engine.store.linksOfUnits([{ org: ORG, recordId: id, mapping, connection: 'contoso', company }]))[0];
const problems = async (code: string) =>
  (await engine.store.findProblems({ org: ORG, state: 'open', limit: 100 })).filter((problem) => problem.code === code);

describe('a run that is repeated', () => {
  it('writes nothing, and answers the write-backs again until Salesforce holds them', async () => {
    const id = anId('001');
    const item = engine.item('Account_Customer', id, accountFields());
    const [first] = await engine.sync([item]);
    const before = customers();

    const [lost] = await engine.sync([item]);
    const [arrived] = await engine.sync([changed(item, lost?.writeBacks ?? {})]);

    expect(first).toMatchObject({ outcome: 'created' });
    expect(lost).toMatchObject({ outcome: 'updated', writeBacks: first?.writeBacks });
    expect(arrived).toMatchObject({ outcome: 'unchanged', writeBacks: first?.writeBacks });
    expect(customers()).toEqual(before);
  });

  it.each([
    ['usmf', {}, 'USD'],
    ['gbsi', BRITAIN, 'GBP'],
  ])('names the currency of the amounts that company %s gives back', async (company, place, currency) => {
    const item = engine.item('Account_Customer', anId('001'), accountFields({ ...place, CurrencyIsoCode: 'EUR' }));

    const [created] = await engine.sync([item]);

    expect(created).toMatchObject({
      outcome: 'created',
      company,
      writeBacks: { CreditLimit__c: '0', CurrencyCode__c: currency },
    });
  });

  it('answers an item that comes twice in one call with its newest state', async () => {
    const item = engine.item('Account_Customer', anId('001'), accountFields({ Name: 'Old name' }));
    const newer = changed(item, { Name: 'New name' });
    const before = customers().length;

    const units = await engine.sync([newer, item]);

    expect(units).toMatchObject([{ outcome: 'created' }, { outcome: 'created' }]);
    expect(customers()).toHaveLength(before + 1);
    expect(customer(units[0]?.number ?? '')).toMatchObject({ OrganizationName: 'New name' });
  });
});

describe('one bad record', () => {
  it('does not stop the others, whatever is wrong with it', async () => {
    engine.configure((document) =>
      edit(document, 'EntityMapping__mdt', 'Account_Customer', {
        ApprovalFormula__c: '1 / (AnnualRevenue - 1) > 5',
      }),
    );
    const bad = engine.item('Account_Customer', anId('001'), accountFields({ AnnualRevenue: '1' }));
    const tooLong = engine.item('Account_Customer', anId('001'), accountFields({ Name: 'x'.repeat(500) }));
    const good = engine.item('Account_Customer', anId('001'), accountFields({ AnnualRevenue: '2' }));

    const units = await engine.sync([bad, tooLong, good]);

    expect(units.map(({ outcome, faults }) => [outcome, faults[0]?.code])).toEqual([
      ['rejected', 'FORMULA_FAILED'],
      ['rejected', 'VALUE_TOO_LONG'],
      ['created', undefined],
    ]);
  });

  it('leaves the companies of one connection alone when another connection refuses', async () => {
    const broken: Connector = {
      ...engine.connector,
      connection: 'other',
      find: async () => Promise.reject(new RelayError('CREDENTIAL_REFUSED', 'The credential of other was refused.')),
    };
    engine.hooks.otherConnector = () => broken;
    engine.configure((document) => {
      document.records['Connection__mdt']?.push({
        DeveloperName: 'other',
        ConnectionKey__c: 'other',
        Platform__c: 'FinanceOperations',
        IsDefault__c: false,
      });
      edit(document, 'CompanyRoute__mdt', 'Account_usmf', { Condition__c: 'TRUE' });
      edit(document, 'CompanyRoute__mdt', 'Account_gbsi', { Condition__c: 'TRUE', Connection__c: 'other' });
    });
    const item = engine.item('Account_Customer', anId('001'), accountFields());

    const units = await engine.sync([item]);
    const again = await engine.sync([item]);

    const outcomeIn = (of: typeof units, connection: string) =>
      of.find((unit) => unit.connection === connection)?.outcome;
    expect([outcomeIn(units, 'contoso'), outcomeIn(units, 'other')]).toEqual(['created', 'blocked']);
    expect([outcomeIn(again, 'contoso'), outcomeIn(again, 'other')]).toEqual([
      expect.not.stringMatching('created'),
      'blocked',
    ]);
    expect(await problems('CREDENTIAL_REFUSED')).toMatchObject([{ scope: 'other/gbsi' }]);
  });
});

describe('an approval', () => {
  it('is asked for, given for exactly what was shown, and asked for again after a change', async () => {
    engine.configure((document) =>
      edit(document, 'EntityMapping__mdt', 'Account_Customer', { ApprovalFormula__c: 'TRUE' }),
    );
    const item = engine.item('Account_Customer', anId('001'), accountFields());
    const before = customers().length;

    const [held] = await engine.sync([item]);
    const print = held?.fingerprint ?? '';
    const [heldAgain] = await engine.sync([
      changed({ ...item, approvedFingerprint: print }, { Name: 'Changed since' }),
    ]);
    const countWhileHeld = customers().length;
    const [approved] = await engine.sync([{ ...item, approvedFingerprint: print }]);

    expect(held).toMatchObject({ outcome: 'held', faults: [{ code: 'APPROVAL_DUE' }] });
    expect(heldAgain).toMatchObject({ outcome: 'held' });
    expect(heldAgain?.fingerprint).not.toBe(print);
    expect(countWhileHeld).toBe(before);
    expect(approved).toMatchObject({ outcome: 'created' });
  });
});

describe('a deleted record', () => {
  const policy = (name: 'Block' | 'Ignore' | 'Deactivate', options = ''): void =>
    engine.configure((document) =>
      edit(document, 'EntityMapping__mdt', 'Account_Customer', {
        DeletePolicy__c: name,
        ...(options === '' ? {} : { Options__c: options }),
      }),
    );
  const gone = (id: string) => engine.item('Account_Customer', id, {}, { operation: 'delete' });

  it('is refused under Block, left alone under Ignore', async () => {
    const { id, number } = await aCustomer(engine);
    const before = customer(number);

    policy('Block');
    const blocked = await engine.sync([gone(id)]);
    policy('Ignore');
    const ignored = await engine.sync([gone(id)]);

    expect(blocked).toMatchObject([{ outcome: 'rejected', number, faults: [{ code: 'DELETE_BLOCKED' }] }]);
    expect(ignored).toMatchObject([{ outcome: 'skipped', number }]);
    expect(customer(number)).toEqual(before);
  });

  it('is deactivated in Dynamics under Deactivate, also when asked twice', async () => {
    policy('Deactivate', '{"deactivate": {"field": "OnHoldStatus", "value": "All", "active": "No"}}');
    const { id, number } = await aCustomer(engine);

    const first = await engine.sync([gone(id)]);
    const second = await engine.sync([gone(id)]);

    expect([first, second]).toMatchObject([[{ outcome: 'updated' }], [{ outcome: 'updated' }]]);
    expect(customer(number)).toMatchObject({ OnHoldStatus: 'All' });
  });

  it('that never was linked is skipped', async () => {
    expect(await engine.sync([gone(anId('001'))])).toMatchObject([{ outcome: 'skipped' }]);
  });
});

describe('a create whose answer was lost', () => {
  const lose = (): void => engine.admin.fault({ kind: 'cutBefore', set: 'CustomersV3', verb: 'POST' });

  it('is only looked up until no server can be working on it, then made again', async () => {
    const item = engine.item('Account_Customer', anId('001'), accountFields());
    const before = customers().length;
    lose();

    const [lost] = await engine.sync([item]);
    const [waiting] = await engine.sync([item]);
    const countWhileWaiting = customers().length;
    engine.pass(QUARANTINE_MS + 5_000);
    const [made] = await engine.sync([item]);

    expect(lost).toMatchObject({ outcome: 'deferred', faults: [{ code: 'OUTCOME_UNKNOWN' }] });
    expect(waiting).toMatchObject({ outcome: 'deferred', faults: [{ code: 'OUTCOME_UNKNOWN' }] });
    expect(countWhileWaiting).toBe(before);
    expect(made).toMatchObject({ outcome: 'created' });
    expect(customers()).toHaveLength(before + 1);
  });

  it('is waited for anew when the second try is lost too', async () => {
    const item = engine.item('Account_Customer', anId('001'), accountFields());
    lose();
    await engine.sync([item]);
    const opened = (await engine.store.intentsOfUnits([unitOf(item.record.id)]))[0];
    engine.pass(QUARANTINE_MS + 5_000);
    lose();

    const [again] = await engine.sync([item]);

    const [intent] = await engine.store.intentsOfUnits([unitOf(item.record.id)]);
    expect(again).toMatchObject({ outcome: 'deferred' });
    expect(intent).toMatchObject({ state: 'unknown' });
    expect(Date.parse(intent?.unknownSince ?? '')).toBeGreaterThan(Date.parse(opened?.unknownSince ?? ''));
  });

  it('goes to a person where nothing tells the record again', async () => {
    engine.configure((document) =>
      edit(document, 'EntityMapping__mdt', 'Account_Customer', { CreateStrategy__c: 'Review' }),
    );
    const item = engine.item('Account_Customer', anId('001'), accountFields());
    const before = customers().length;
    lose();

    await engine.sync([item]);
    engine.pass(QUARANTINE_MS + 5_000);
    const [unit] = await engine.sync([item]);

    expect(unit).toMatchObject({ outcome: 'conflict', faults: [{ code: 'OUTCOME_NEEDS_REVIEW' }] });
    expect(customers()).toHaveLength(before);
  });

  it('is made again at once under a key of our own', async () => {
    const german = { BillingCountry: 'Germany', BillingState: null, CurrencyIsoCode: 'EUR' };
    const item = engine.item('Account_Customer', anId('001'), accountFields(german));
    const before = customers('demf').length;
    lose();

    const [lost] = await engine.sync([item]);
    const [made] = await engine.sync([item]);
    const [repeated] = await engine.sync([changed(item, made?.writeBacks ?? {})]);

    expect(lost).toMatchObject({ outcome: 'deferred' });
    expect(made).toMatchObject({ outcome: 'created', company: 'demf' });
    expect(repeated).toMatchObject({ outcome: 'unchanged' });
    expect(customers('demf')).toHaveLength(before + 1);
  });

  const unitOf = (recordId: string) => ({
    org: ORG,
    recordId,
    mapping: 'Account_Customer',
    connection: 'contoso',
    company: 'usmf',
  });
});

describe('a call that could not be made', () => {
  it('leaves no create to wait for', async () => {
    const item = engine.item('Account_Customer', anId('001'), accountFields());
    engine.hooks.beforeWrite = () => {
      throw new RelayError('CREDENTIAL_REFUSED', 'The credential was refused.');
    };

    const [blocked] = await engine.sync([item]);
    delete engine.hooks.beforeWrite;
    const [made] = await engine.sync([item]);

    expect(blocked).toMatchObject({ outcome: 'blocked' });
    expect(made).toMatchObject({ outcome: 'created' });
    expect((await problems('CREDENTIAL_REFUSED')).filter(({ scope }) => scope === 'contoso/usmf')).toEqual([]);
  });
});

describe('a record that another run works on', () => {
  it('is deferred, and keeps the problem it had', async () => {
    const item = engine.item('Account_Customer', anId('001'), accountFields({ Type: 'Other' }));
    await engine.sync([item]);
    const before = await problems('DYNAMICS_VALUE_NOT_FOUND');
    const leases = await engine.store.acquireLeases([`record:${ORG}/${item.record.id}`], 'another', 60_000);

    const [busy] = await engine.sync([item]);

    await engine.store.releaseLeases(leases);
    expect(busy).toMatchObject({ outcome: 'deferred', faults: [{ code: 'RECORD_BUSY' }] });
    expect(before).toHaveLength(1);
    expect(await problems('DYNAMICS_VALUE_NOT_FOUND')).toHaveLength(1);
  });

  it('is deferred where its customer is at work under another record', async () => {
    const { id, fields, number } = await aCustomer(engine);
    const key = `key:contoso/CustomersV3/dataAreaId='usmf',CustomerAccount='${number}'`;
    const leases = await engine.store.acquireLeases([key], 'another', 60_000);

    const [busy] = await engine.sync([engine.item('Account_Customer', id, { ...fields, Name: 'Changed' })]);

    await engine.store.releaseLeases(leases);
    expect(busy).toMatchObject({ outcome: 'deferred', faults: [{ code: 'RECORD_BUSY' }] });
  });
});

describe('what could not be stored', () => {
  it.each([
    ['the lease ended', leaseLost],
    ['another record took the link meanwhile', () => new RelayError('ALREADY_LINKED', 'It belongs to another record.')],
  ])('is not answered as done, and is not done twice: %s', async (_why, error) => {
    const item = engine.item('Account_Customer', anId('001'), accountFields());
    const before = customers().length;
    engine.hooks.beforeCommit = () => {
      delete engine.hooks.beforeCommit;
      throw error();
    };

    const [unstored] = await engine.sync([item]);
    const linkThen = await link(item.record.id);
    const [stored] = await engine.sync([item]);

    expect(unstored).toMatchObject({ outcome: 'deferred' });
    expect(linkThen).toBeUndefined();
    expect(stored).toMatchObject({ outcome: 'created' });
    expect(customers()).toHaveLength(before + 1);
  });
});

describe('a record that Dynamics changed between reading and writing', () => {
  it('is not overwritten, and merged by the next run', async () => {
    const { id, fields, number } = await aCustomer(engine);
    const item = engine.item('Account_Customer', id, { ...fields, Name: 'Renamed by sales' });
    engine.hooks.beforeWrite = async () => {
      delete engine.hooks.beforeWrite;
      await engine.under.patch(`CustomersV3(dataAreaId='usmf',CustomerAccount='${number}')`, {
        AddressCity: 'La Jolla',
      });
    };

    const [deferred] = await engine.sync([item]);
    const [merged] = await engine.sync([item]);

    expect(deferred).toMatchObject({ outcome: 'deferred', faults: [{ code: 'DYNAMICS_UPDATE_CONFLICT' }] });
    expect(merged).toMatchObject({ outcome: 'updated', writeBacks: { BillingCity: 'La Jolla' } });
    expect(customer(number)).toMatchObject({ OrganizationName: 'Renamed by sales', AddressCity: 'La Jolla' });
  });
});

describe('a value of Dynamics that has no form in Salesforce', () => {
  it('is told as a fault, not passed over', async () => {
    const { id, fields, number } = await aCustomer(engine, { PaymentTerms__c: 'Net 30' });
    engine.admin.seedRows({
      set: 'PaymentTerms',
      rows: [{ dataAreaId: 'usmf', Name: 'Net90', Description: 'Net 90' }],
    });
    const path = `CustomersV3(dataAreaId='usmf',CustomerAccount='${number}')`;
    const reply = await engine.under.patch(path, { PaymentTerms: 'Net90' });

    const [unit] = await engine.sync([engine.item('Account_Customer', id, fields)]);

    expect(reply.status).toBeLessThan(300);
    expect(unit).toMatchObject({ outcome: 'rejected', faults: [{ code: 'VALUE_NOT_MAPPED' }] });
    expect(unit?.writeBacks).not.toHaveProperty('PaymentTerms__c');
    expect(customer(number)).toMatchObject({ PaymentTerms: 'Net90' });
  });
});

describe('one account in two companies', () => {
  const bothRoutes = (): void =>
    engine.configure((document) => {
      edit(document, 'CompanyRoute__mdt', 'Account_usmf', { Condition__c: 'TRUE', IsPrimary__c: false });
      edit(document, 'CompanyRoute__mdt', 'Account_gbsi', { Condition__c: 'TRUE', IsPrimary__c: true });
    });

  it('is two customers, of which the primary one alone writes back', async () => {
    bothRoutes();
    const id = anId('001');
    const fields = accountFields(BRITAIN);
    const first = await engine.sync([engine.item('Account_Customer', id, fields)]);
    const primary = first.find((unit) => unit.isPrimary);

    const second = await engine.sync([engine.item('Account_Customer', id, { ...fields, ...primary?.writeBacks })]);

    expect(first.map(({ company, outcome, isPrimary }) => [company, outcome, isPrimary])).toEqual([
      ['gbsi', 'created', true],
      ['usmf', 'created', false],
    ]);
    expect(second.map(({ company, outcome }) => [company, outcome])).toEqual([
      ['gbsi', 'unchanged'],
      ['usmf', 'unchanged'],
    ]);
  });

  it('keeps what finance changed in the other company where it is', async () => {
    bothRoutes();
    const id = anId('001');
    const fields = accountFields(BRITAIN);
    const units = await engine.sync([engine.item('Account_Customer', id, fields)]);
    const number = units.find(({ company }) => company === 'usmf')?.number ?? '';
    const held = { ...fields, ...units.find(({ isPrimary }) => isPrimary)?.writeBacks };
    await engine.under.patch(`CustomersV3(dataAreaId='usmf',CustomerAccount='${number}')`, { AddressCity: 'Austin' });

    const again = await engine.sync([engine.item('Account_Customer', id, held)]);

    expect(again.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged']);
    expect(customer(number)).toMatchObject({ AddressCity: 'Austin' });
  });
});

describe('contacts', () => {
  const contact = (accountId: string, fields: Record<string, string> = {}, id = anId('003')) =>
    engine.item('Contact_ContactPerson', id, { AccountId: accountId, LastName: 'Yamada', FirstName: 'Eri', ...fields });

  it('are created with their account in one call, under its party', async () => {
    const accountId = anId('001');
    const account = engine.item('Account_Customer', accountId, accountFields());

    const units = await engine.sync([contact(accountId, { Email: 'eri@contoso.test' }), account]);

    expect(units.map(({ outcome }) => outcome)).toEqual(['created', 'created']);
    const [person, customerUnit] = units;
    const row = engine.rows('ContactPersons').find((one) => one['ContactPersonId'] === person?.number);
    expect(row).toMatchObject({ LastName: 'Yamada' });
    expect(row?.['AssociatedPartyNumber']).toBe(customerUnit?.writeBacks['PartyNumber__c']);
  });

  it('wait for an account that is not linked', async () => {
    const accountId = anId('001');

    const [unit] = await engine.sync([contact(accountId)]);

    expect(unit).toMatchObject({ outcome: 'waiting', waitingFor: `${accountId}/Account_Customer` });
  });

  it('are found by mail within their customer, and not written again by a second run', async () => {
    const { id } = await aCustomer(engine);
    const person = contact(id, { Email: 'Hana@contoso.test' });
    const [created] = await engine.sync([person]);
    const count = engine.rows('ContactPersons').length;

    const [again] = await engine.sync([changed(person, created?.writeBacks ?? {})]);
    const [double] = await engine.sync([contact(id, { Email: 'hana@contoso.test' })]);

    expect(again).toMatchObject({ outcome: 'unchanged' });
    expect(double).toMatchObject({ outcome: 'rejected', faults: [{ code: 'ALREADY_LINKED' }] });
    expect(engine.rows('ContactPersons')).toHaveLength(count);
  });
});

it('lets an item that had no route leave its problem once it has one', async () => {
  engine.configure((document) =>
    edit(document, 'CompanyRoute__mdt', 'Account_usmf', { Condition__c: 'BillingState = "CA"' }),
  );
  const item = engine.item('Account_Customer', anId('001'), accountFields({ BillingState: 'TX' }));
  await engine.sync([item]);
  const before = await problems('COMPANY_NOT_ROUTED');

  await engine.sync([changed(item, { BillingState: 'CA' })]);

  expect(before).toHaveLength(1);
  expect(await problems('COMPANY_NOT_ROUTED')).toEqual([]);
});
