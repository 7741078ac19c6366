import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anOrder, reasonOf, startUnderTest, type UnderTest } from './simulator-under-test.ts';

describe('queries', () => {
  let under: UnderTest;
  let order: string;

  beforeAll(async () => {
    under = await startUnderTest({ pageSize: 3 });
    await under.patch("CustomersV3(dataAreaId='usmf',CustomerAccount='US-002')", {
      OrganizationName: "O'Brien * Sons",
      CreditLimit: 1000.5,
    });
    await under.patch("CustomersV3(dataAreaId='usmf',CustomerAccount='US-003')", { CreditLimit: 2000 });
    order = await anOrder(under, [{ ItemNumber: 'D0001' }, { ItemNumber: 'D0002' }]);
  });
  afterAll(() => under.stop());

  const accounts = async (filter: string, rest = ''): Promise<unknown[]> => {
    const reply = await under.get(`CustomersV3?$filter=${encodeURIComponent(filter)}${rest}`);
    if (reply.status !== 200) throw new Error(reasonOf(reply));
    return (reply.json['value'] as { CustomerAccount: string }[]).map(({ CustomerAccount }) => CustomerAccount);
  };

  it.each([
    ["CustomerAccount eq 'US-001'", ['US-001']],
    ["CustomerAccount eq 'us-001'", ['US-001']],
    ["CustomerAccount eq 'US-001' or CustomerAccount eq 'US-003'", ['US-001', 'US-003']],
    ["CustomerGroupId eq '30' and not (CustomerAccount eq 'US-001')", ['US-002']],
    ["OrganizationName eq 'O''Brien * Sons'", ['US-002']],
    ["OrganizationName eq '*retail*'", ['US-001']],
    ["OrganizationName ne '*o*'", []],
    ["TaxExemptNumber eq 'US770777'", ['US-003', 'US-004']],
    ["OnHoldStatus eq Microsoft.Dynamics.DataEntities.CustVendorBlocked'All'", ['US-005']],
    ["OnHoldStatus ne Microsoft.Dynamics.DataEntities.CustVendorBlocked'No'", ['US-005']],
    ['CreditLimit gt 1000', ['US-002', 'US-003']],
    ['CreditLimit eq 1000.50', ['US-002']],
    ['CreditLimit add 1 eq 2001', ['US-003']],
    ['(CreditLimit mul 2) ge 2001 and CreditLimit lt 1500', ['US-002']],
    ['CreditLimit sub 0.5 eq 1000 or (CreditLimit div 2 eq 1000)', ['US-002', 'US-003']],
    ["CustomerAccount ge 'US-004' and CustomerAccount le 'US-005'", ['US-004', 'US-005']],
    ["AddressValidTo eq 2154-12-31T23:59:59Z and CustomerAccount eq 'US-001'", ['US-001']],
    ['CredManLastReviewDate gt 1900-01-01T12:00:00Z', []],
  ])('finds by %s', async (filter, expected) => {
    expect(await accounts(filter)).toEqual(expected);
  });

  it.each([
    ["CustomerAccount in ('US-001','US-002')", "The operator 'in' is not supported."],
    ["OnHoldStatus has Microsoft.Dynamics.DataEntities.CustVendorBlocked'All'", "The operator 'has' is not supported."],
    ["contains(OrganizationName,'x')", "An unknown function with name 'contains' was found."],
    ["startswith(OrganizationName,'x') eq true", "An unknown function with name 'startswith' was found."],
    ["Nonsense eq 'x'", "Could not find a property named 'Nonsense'"],
    ["OnHoldStatus eq 'All'", 'incompatible types'],
    ["OnHoldStatus gt Microsoft.Dynamics.DataEntities.CustVendorBlocked'All'", 'incompatible types'],
    [
      "OnHoldStatus eq Microsoft.Dynamics.DataEntities.CustVendorBlocked'Perhaps'",
      'not a valid enumeration type constant',
    ],
    ["CreditLimit eq '12'", 'incompatible types'],
    ["CustomerAccount eq 'US-001", 'Syntax error'],
    ['CustomerAccount eq', 'Syntax error'],
    ["(CustomerAccount eq 'x'", 'Syntax error'],
    ["CustomerAccount eq 'x' and", 'Syntax error'],
  ])('refuses %s', async (filter, text) => {
    await expect(accounts(filter)).rejects.toThrow(text);
  });

  it('filters by Int64, date and boolean-like enums of other sets', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const byDate = await under.get(
      `SalesOrderHeadersV4?$filter=RequestedShippingDate eq ${day}T12:00:00Z&$select=SalesOrderNumber`,
    );
    const byEnum = await under.get(
      "SalesOrderHeadersV4/$count?$filter=IsSalesProcessingStopped eq Microsoft.Dynamics.DataEntities.NoYes'No'",
    );

    expect(byDate.json['value']).toEqual([expect.objectContaining({ SalesOrderNumber: order })]);
    expect(byEnum.text).toBe('1');
  });

  it('filters across a single-valued navigation', async () => {
    const reply = await under.get(
      `SalesOrderLines?$filter=SalesOrderHeader/OrderingCustomerAccountNumber eq 'US-001'&$select=ItemNumber`,
    );

    expect(reply.json['value']).toHaveLength(2);
  });

  it('orders, skips, takes, counts and selects', async () => {
    const reply = await under.get(
      'CustomersV3?$orderby=CustomerAccount desc&$skip=1&$top=2&$count=true&$select=CustomerAccount',
    );

    expect(reply.json['@odata.count']).toBe(5);
    expect(reply.json['value']).toEqual([
      { '@odata.etag': expect.any(String), CustomerAccount: 'US-004' },
      { '@odata.etag': expect.any(String), CustomerAccount: 'US-003' },
    ]);
    expect(reply.json['@odata.nextLink']).toBeUndefined();
  });

  it('orders decimals as numbers', async () => {
    const reply = await under.get(
      'CustomersV3?$orderby=CreditLimit desc,CustomerAccount&$top=2&$select=CustomerAccount',
    );

    expect(
      (reply.json['value'] as { CustomerAccount: string }[]).map(({ CustomerAccount }) => CustomerAccount),
    ).toEqual(['US-003', 'US-002']);
  });

  it('pages by next links until every row was given once', async () => {
    const seen: string[] = [];
    let path: string | undefined =
      'CustomersV3?cross-company=true&$orderby=dataAreaId,CustomerAccount&$select=CustomerAccount';
    while (path !== undefined) {
      const reply = await under.get(path);
      seen.push(
        ...(reply.json['value'] as { CustomerAccount: string }[]).map(({ CustomerAccount }) => CustomerAccount),
      );
      const link = reply.json['@odata.nextLink'] as string | undefined;
      if (link !== undefined) expect(link).toContain('$top=3');
      path = link?.slice(`${under.simulator.baseUrl}/data/`.length);
    }

    expect(seen).toEqual(['DE-001', 'GB-001', 'US-001', 'US-002', 'US-003', 'US-004', 'US-005']);
  });

  it('shows one company by default and all of them across companies', async () => {
    const own = await under.get('CustomersV3/$count');
    const all = await under.get('CustomersV3/$count?cross-company=true');
    const one = await under.get("CustomersV3/$count?cross-company=true&$filter=dataAreaId eq 'DEMF'");

    expect([own.text, all.text, one.text]).toEqual(['5', '7', '1']);
  });

  it('expands the first level with a nested select', async () => {
    const reply = await under.get(
      `SalesOrderHeadersV2?$filter=SalesOrderNumber eq '${order}'&$select=SalesOrderNumber&$expand=SalesOrderLines($select=ItemNumber)`,
    );

    const [header] = reply.json['value'] as { SalesOrderLines: { ItemNumber: string }[] }[];
    expect(header?.SalesOrderLines.map(({ ItemNumber }) => ItemNumber)).toEqual(['D0001', 'D0002']);
  });

  it.each([
    'CustomersV3?$expand=Nonsense',
    'SalesOrderHeadersV2?$expand=SalesOrderLines($expand=SalesOrderHeader)',
    'CustomersV3?$select=Nonsense',
    'CustomersV3?$orderby=Nonsense',
    'CustomersV3?$orderby=CustomerAccount sideways',
    'CustomersV3?$top=many',
    'CustomersV3?$search=acme',
    "CustomersV3(dataAreaId='usmf')",
    "CustomersV3('US-001')",
    "CustomersV3(dataAreaId='usmf',CustomerAccount=5)",
    'CustomersV3(%zz)',
  ])('answers 400 to %s', async (path) => {
    expect((await under.get(path)).status).toBe(400);
  });

  it.each([
    'customersv3',
    'Nonsense',
    "CustomersV3(dataAreaId='usmf',CustomerAccount='NOPE')",
    "CustomersV3(dataAreaId='usmf',CustomerAccount='US-001')/Name",
  ])('answers 404 to %s', async (path) => {
    expect((await under.get(path)).status).toBe(404);
  });

  it('reads keys with doubled apostrophes, encoded slashes and upper-case companies', async () => {
    under.simulator.admin.seedRows({
      set: 'CustomersV3',
      rows: [{ dataAreaId: 'usmf', CustomerAccount: "O'B/1", OrganizationName: 'x' }],
    });

    const reply = await under.get(`CustomersV3(dataAreaId='USMF',CustomerAccount='${encodeURIComponent("O''B/1")}')`);

    expect(reply.json).toMatchObject({ CustomerAccount: "O'B/1", dataAreaId: 'usmf' });
  });

  it('reads single keys without their name', async () => {
    expect((await under.get("Currencies('USD')")).json).toMatchObject({ Name: 'US Dollar' });
  });

  it('gives the annotations that Accept asks for', async () => {
    const address = "CustomersV3(dataAreaId='usmf',CustomerAccount='US-001')?$select=CustomerAccount";

    const none = await under.send('GET', address, undefined, { Accept: 'application/json;odata.metadata=none' });
    const full = await under.send('GET', address, undefined, { Accept: 'application/json;odata.metadata=full' });

    expect(none.json).toEqual({ CustomerAccount: 'US-001' });
    expect(full.json).toMatchObject({
      '@odata.type': '#Microsoft.Dynamics.DataEntities.CustomerV3',
      '@odata.editLink': expect.any(String),
    });
  });

  it('refuses an unregistered verb', async () => {
    expect((await under.send('PUT', 'CustomersV3', {})).status).toBe(405);
  });

  it('serves every catalogued set, if only empty', async () => {
    const service = await under.get('');
    const names = (service.json['value'] as { name: string }[]).map(({ name }) => name);

    const statuses = await Promise.all(names.map(async (name) => (await under.get(`${name}?$top=1`)).status));

    expect(names.length).toBeGreaterThanOrEqual(85);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('writes generic sets without business rules, but with types and keys', async () => {
    const created = await under.post('ProductGroups', { GroupId: 'Audio', GroupName: 'Audio' });
    const twice = await under.post('ProductGroups', { GroupId: 'Audio' });
    const unnamed = await under.post('ProductGroups', { GroupName: 'None' });

    expect([created.status, twice.status, unnamed.status]).toEqual([201, 400, 400]);
  });
});
