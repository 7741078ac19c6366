import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aCustomer, anOrder, reasonOf, startUnderTest, type UnderTest } from './simulator-under-test.ts';

describe('customers', () => {
  let under: UnderTest;

  beforeAll(async () => {
    under = await startUnderTest();
  });
  beforeEach(() => under.simulator.admin.reset());
  afterAll(() => under.stop());

  it('creates a customer with the next number of the company and answers the whole entity', async () => {
    const created = await under.post('CustomersV3', aCustomer());

    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({
      dataAreaId: 'usmf',
      CustomerAccount: 'US-0042',
      PaymentTerms: 'Net30',
      PartyType: 'Organization',
      TaxExemptNumber: '',
      CreditLimit: 0,
      CredManLastReviewDate: '1900-01-01T12:00:00Z',
      OnHoldStatus: 'No',
      AddressTimeZone: null,
    });
    expect(Object.keys(created.json).length).toBeGreaterThan(300);
    expect(created.json['@odata.etag']).toMatch(/^W\/"[A-Za-z0-9+/=]+"$/);
    expect(created.headers.get('location')).toContain("CustomersV3(dataAreaId='usmf',CustomerAccount='US-0042')");
  });

  it('takes no number from the caller where the sequence is automatic, and insists on one where it is manual', async () => {
    const automatic = await under.post('CustomersV3', aCustomer({ CustomerAccount: 'MINE-1' }));
    const manual = await under.post('CustomersV3', aCustomer({ dataAreaId: 'demf', SalesCurrencyCode: 'EUR' }));
    const accepted = await under.post(
      'CustomersV3',
      aCustomer({ dataAreaId: 'DEMF', SalesCurrencyCode: 'EUR', CustomerAccount: 'MINE-1' }),
    );

    expect([automatic.status, manual.status, accepted.status]).toEqual([400, 400, 201]);
    expect(reasonOf(automatic)).toContain('does not allow manual numbers');
    expect(reasonOf(manual)).toContain("Field 'Customer account' must be filled in");
    expect(accepted.json).toMatchObject({ dataAreaId: 'demf', CustomerAccount: 'MINE-1' });
  });

  it('lets an editable sequence take either', async () => {
    under.simulator.admin.numberSequence({ company: 'usmf', of: 'Customer', mode: 'Editable' });

    const own = await under.post('CustomersV3', aCustomer({ CustomerAccount: 'US-0042' }));
    const next = await under.post('CustomersV3', aCustomer());

    expect(own.json['CustomerAccount']).toBe('US-0042');
    expect(next.json['CustomerAccount']).toBe('US-0043');
  });

  it('numbers customers of a group from the group’s own sequence', async () => {
    const { admin } = under.simulator;
    admin.numberSequence({ company: 'usmf', of: 'Customer', mode: 'Automatic' });
    await under.patch("CustomerGroups(dataAreaId='usmf',CustomerGroupId='90')", {
      CustomerAccountNumberSequence: 'ContactPerson',
    });

    const created = await under.post('CustomersV3', aCustomer({ CustomerGroupId: '90' }));

    expect(created.json['CustomerAccount']).toBe('000001001');
  });

  it.each([
    [
      { CustomerGroupId: 'Local' },
      "The value 'Local' in field 'Customer group' is not found in the related table 'Customer groups'.",
    ],
    [{ SalesCurrencyCode: 'XXX' }, "is not found in the related table 'Currencies'"],
    [{ PaymentTerms: 'Never' }, "is not found in the related table 'Terms of payment'"],
    [{ SalesTaxGroup: 'UK' }, "is not found in the related table 'Sales tax groups'"],
    [{ CustomerGroupId: undefined }, "Field 'Customer group' must be filled in"],
    [{ OrganizationName: '' }, "Field 'Name' must be filled in"],
    [{ OrganizationName: 'x'.repeat(101) }, 'is 101 characters long; the field holds 100'],
    [{ PartyType: 'Animal' }, 'is not a known party type'],
    [{ DefaultDimensionDisplayValue: '001-007' }, 'has 2 segments'],
    [{ dataAreaId: 'nope' }, "The company 'nope' does not exist"],
  ])('refuses %j with the Infolog text', async (overrides, text) => {
    const reply = await under.post('CustomersV3', aCustomer(overrides));

    expect(reply.status).toBe(400);
    expect(reasonOf(reply)).toContain("Write failed for table row of type 'CustCustomerV3Entity'. Infolog: ");
    expect(reasonOf(reply)).toContain(text);
    expect(reply.json['error']).toMatchObject({
      code: '',
      message: 'An error has occurred.',
      innererror: { stacktrace: expect.any(String) },
    });
  });

  it.each([
    [{ Nonsense: 1 }, "The property 'Nonsense' does not exist on type 'Microsoft.Dynamics.DataEntities.CustomerV3'"],
    [{ OnHoldStatus: 'Perhaps' }, "requested value 'Perhaps' was not found"],
    [{ CreditLimit: '12' }, "target type 'Edm.Decimal'"],
    [{ CreditLimit: { digits: '12' } }, "target type 'Edm.Decimal'"],
    [{ CreditLimit: null }, 'does not allow null values'],
    [{ OrganizationName: 5 }, "target type 'Edm.String'"],
    [{ AddressValidFrom: '2024-01-31' }, "target type 'Edm.DateTimeOffset'"],
  ])('refuses the body %j because it does not fit the type', async (overrides, text) => {
    const reply = await under.post('CustomersV3', aCustomer(overrides));

    expect(reply.status).toBe(400);
    expect(reasonOf(reply)).toContain(text);
  });

  it('refuses malformed JSON', async () => {
    const reply = await under.send('POST', 'CustomersV3', '{"dataAreaId": ');

    expect(reply.status).toBe(400);
    expect(reasonOf(reply)).toContain('cannot be read');
  });

  it('keeps every digit of a decimal', async () => {
    const body = JSON.stringify(aCustomer()).replace('}', ',"CreditLimit":12345678901234567.123456789012}');

    const created = await under.send('POST', 'CustomersV3', body);

    expect(created.text).toContain('"CreditLimit":12345678901234567.123456789012');
  });

  it('refuses a party that is a prospect under another number, and one that is already a customer', async () => {
    const prospect = await under.post('CustomersV3', aCustomer({ PartyNumber: '000099001' }));
    const twice = await under.post('CustomersV3', aCustomer({ PartyNumber: '000010001' }));

    expect(reasonOf(prospect)).toContain("already exists as prospect 'PROS-001'");
    expect(reasonOf(twice)).toContain("The party is already customer 'US-001'");
  });

  it('accepts the prospect’s party when the customer takes the prospect’s number', async () => {
    under.simulator.admin.numberSequence({ company: 'usmf', of: 'Customer', mode: 'Editable' });

    const created = await under.post(
      'CustomersV3',
      aCustomer({ PartyNumber: '000099001', CustomerAccount: 'PROS-001' }),
    );

    expect(created.status).toBe(201);
  });

  it('refuses the same number twice, also in other letter case', async () => {
    const body = aCustomer({ dataAreaId: 'demf', SalesCurrencyCode: 'EUR', CustomerAccount: 'de-001' });

    const reply = await under.post('CustomersV3', body);

    expect(reply.status).toBe(400);
    expect(reasonOf(reply)).toContain('The record already exists.');
  });

  it('leaves nothing behind when it refuses', async () => {
    const before = under.simulator.state.count('CDSParties');

    await under.post('CustomersV3', aCustomer({ OrganizationName: ' ' }));

    expect(under.simulator.state.count('CDSParties')).toBe(before);
  });

  it('changes only the given fields and answers 204 without a body', async () => {
    const reply = await under.patch("CustomersV3(dataAreaId='usmf',CustomerAccount='US-001')", {
      OrganizationName: 'Renamed',
    });

    const after = await under.get(
      "CustomersV3(dataAreaId='usmf',CustomerAccount='US-001')?$select=OrganizationName,TaxExemptNumber",
    );
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect(after.json).toMatchObject({ OrganizationName: 'Renamed', TaxExemptNumber: 'US770001' });
  });

  it('answers 404 to a change of a customer that is not there, and refuses to change a key', async () => {
    const missing = await under.patch("CustomersV3(dataAreaId='usmf',CustomerAccount='NOPE')", {
      OrganizationName: 'x',
    });
    const key = await under.patch("CustomersV3(dataAreaId='usmf',CustomerAccount='US-001')", {
      CustomerAccount: 'US-999',
    });

    expect(missing.status).toBe(404);
    expect(key.status).toBe(400);
  });

  it('answers 412 to a stale tag, 204 to a fresh one', async () => {
    const address = "CustomersV3(dataAreaId='usmf',CustomerAccount='US-001')";
    const tag = (await under.get(address)).json['@odata.etag'] as string;
    await under.patch(address, { OrganizationName: 'First' });

    const stale = await under.send('PATCH', address, { OrganizationName: 'Second' }, { 'If-Match': tag });
    const fresh = (await under.get(address)).json['@odata.etag'] as string;
    const accepted = await under.send('PATCH', address, { OrganizationName: 'Second' }, { 'If-Match': fresh });

    expect(stale.status).toBe(412);
    expect(reasonOf(stale)).toContain('An update conflict occurred due to another user process');
    expect(accepted.status).toBe(204);
  });

  it('deletes a customer without orders and keeps one that has them', async () => {
    await anOrder(under, [{ ItemNumber: 'D0001' }]);

    const used = await under.send('DELETE', "CustomersV3(dataAreaId='usmf',CustomerAccount='US-001')");
    const free = await under.send('DELETE', "CustomersV3(dataAreaId='usmf',CustomerAccount='US-002')");

    expect([used.status, free.status]).toEqual([400, 204]);
    expect(reasonOf(used)).toContain('cannot be deleted while dependent');
  });

  it('sees another company only across companies, on every verb', async () => {
    const address = "CustomersV3(dataAreaId='gbsi',CustomerAccount='GB-001')";

    const statuses = [
      (await under.get(address)).status,
      (await under.patch(address, { OrganizationName: 'x' })).status,
      (await under.send('DELETE', address)).status,
      (await under.get(`${address}?cross-company=true`)).status,
      (await under.patch(`${address}?cross-company=true`, { OrganizationName: 'x' })).status,
      (await under.send('DELETE', `${address}?cross-company=true`)).status,
    ];

    expect(statuses).toEqual([404, 404, 404, 200, 204, 204]);
  });

  it('records the address given with a customer', async () => {
    const created = await under.post(
      'CustomersV3',
      aCustomer({ AddressStreet: '1 Main St', AddressCity: 'Reno', AddressCountryRegionId: 'USA' }),
    );

    const account = String(created.json['CustomerAccount']);
    const addresses = await under.get(`CustomerPostalAddressesV2?$filter=CustomerAccount eq '${account}'`);
    expect(addresses.json['value']).toEqual([
      expect.objectContaining({ AddressStreet: '1 Main St', IsPrimary: 'Yes' }),
    ]);
  });

  it('creates contact persons for a known party only', async () => {
    const good = await under.post('ContactPersons', {
      AssociatedPartyNumber: '000010001',
      FirstName: 'Ada',
      LastName: 'Lovelace',
    });
    const bad = await under.post('ContactPersons', { AssociatedPartyNumber: '999999999', FirstName: 'Ada' });
    const none = await under.post('ContactPersons', { FirstName: 'Ada' });

    expect(good.json).toMatchObject({ ContactPersonName: 'Ada Lovelace', dataAreaId: 'usmf' });
    expect([good.status, bad.status, none.status]).toEqual([201, 400, 400]);
  });

  it('keeps the marker of the extension model, and has none without it', async () => {
    const plain = await startUnderTest({ extensionFields: false });

    const marked = await under.post('CustomersV3', aCustomer({ CausewayMarker: 'm-1' }));
    const found = await under.get("CustomersV3?$filter=CausewayMarker eq 'm-1'");
    const refused = await plain.post('CustomersV3', aCustomer({ CausewayMarker: 'm-1' }));
    await plain.stop();

    expect(marked.status).toBe(201);
    expect(found.json['value']).toHaveLength(1);
    expect(refused.status).toBe(400);
  });
});
