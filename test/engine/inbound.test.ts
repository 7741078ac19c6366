import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Values } from '../../relay/src/dynamics/connector.ts';
import { accountFields, aCustomer, aDeal, aLine, anId, BRITAIN } from './contoso-records.ts';
import { edit, type Engine, ORG, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

describe('a customer that finance edited', () => {
  /** Lets an event of the customer's own ask for the account. */
  const hear = (
    change: (document: Parameters<NonNullable<Parameters<Engine['configure']>[0]>>[0]) => void = () => undefined,
  ) =>
    engine.configure((document) => {
      edit(document, 'EntityMapping__mdt', 'Account_Customer', {
        Options__c:
          '{"events": [{"businessEventId": "CustomerChanged", "where": {"CustomerAccount": "CustomerAccount"}}]}',
      });
      change(document);
    });
  const tell = (number: string, company = 'usmf') =>
    engine.event('CustomerChanged', company, { CustomerAccount: number });
  const change = (number: string, values: Values, company = 'usmf') =>
    engine.under.patch(`CustomersV3(dataAreaId='${company}',CustomerAccount='${number}')`, values);
  const audits = async (id: string) =>
    (await engine.store.findAudit({ org: ORG, recordId: id, limit: 100 })).filter(
      ({ action }) => action === 'sync.to-salesforce',
    );

  it('shows in Salesforce what moved and nothing else, and once only', async () => {
    hear();
    const { id, fields, number } = await aCustomer(engine);
    engine.salesforce.put('Account', id, { Name: 'Renamed by sales meanwhile' });
    await change(number, { AddressCity: 'La Jolla' });

    await tell(number);
    const writes = engine.salesforce.writes();
    const [once] = [await audits(id)];
    await tell(number);

    expect(engine.salesforce.get('Account', id)).toMatchObject({
      Name: 'Renamed by sales meanwhile',
      BillingCity: 'La Jolla',
      CustomerNumber__c: number,
    });
    expect(engine.salesforce.writes()).toBe(writes);
    expect(once[0]?.fields.map(({ field }) => field)).toContain('Account_City');
    const held = engine.salesforce.get('Account', id);
    const [unit] = await engine.sync([engine.item('Account_Customer', id, { ...fields, ...held })]);
    expect(unit).toMatchObject({ outcome: 'updated' });
    const row = engine.rows('CustomersV3').find((one) => one['CustomerAccount'] === number);
    expect(row).toMatchObject({ OrganizationName: 'Renamed by sales meanwhile', AddressCity: 'La Jolla' });
  });

  it('is shown as brought over, unless Salesforce has changes of its own to send', async () => {
    hear();
    const [quiet, edited] = [await aCustomer(engine), await aCustomer(engine)];
    engine.salesforce.put('Account', edited.id, { Name: 'Renamed by sales meanwhile' });
    for (const { number } of [quiet, edited]) await change(number, { AddressCity: 'La Jolla' });

    for (const { number } of [quiet, edited]) await tell(number);

    const unitKey = `${quiet.id}/Account_Customer/contoso/usmf`;
    expect(engine.salesforce.shown(unitKey)).toMatchObject({
      mapping: 'Account_Customer',
      unitKey,
      connection: 'contoso',
      company: 'usmf',
      isPrimary: true,
      outcome: 'updated',
      number: quiet.number,
      dynamicsKey: `dataAreaId='usmf',CustomerAccount='${quiet.number}'`,
      faults: [],
    });
    expect(engine.salesforce.get('Account', edited.id)).toMatchObject({ BillingCity: 'La Jolla' });
    expect(engine.salesforce.shown(`${edited.id}/Account_Customer/contoso/usmf`)).toBeUndefined();
  });

  it('is found although its own create was concluded between two questions', async () => {
    hear();
    const { id, number } = await aCustomer(engine);
    await change(number, { AddressCity: 'La Jolla' });
    const links = jest.spyOn(engine.store, 'linksOfKeys').mockResolvedValueOnce([]);

    await tell(number).finally(() => links.mockRestore());

    expect(engine.salesforce.get('Account', id)).toMatchObject({ BillingCity: 'La Jolla' });
  });

  it('is left alone by a mapping that is not the one of its link', async () => {
    hear((document) => {
      const records = document.records['EntityMapping__mdt'] ?? [];
      const customer = records.find((record) => record['DeveloperName'] === 'Account_Customer');
      records.push({ ...customer, DeveloperName: 'Account_Prospect', Sequence__c: 99 });
      const fields = document.records['FieldMapping__mdt'] ?? [];
      const city = fields.find((record) => record['DeveloperName'] === 'Account_City');
      fields.push({
        ...city,
        DeveloperName: 'Prospect_City',
        EntityMapping__c: 'Account_Prospect',
        SalesforceField__c: 'ShippingCity',
      });
    });
    const { id, number } = await aCustomer(engine);
    await change(number, { AddressCity: 'La Jolla' });

    await tell(number);

    expect(engine.salesforce.get('Account', id)).toMatchObject({ BillingCity: 'La Jolla' });
    expect(engine.salesforce.get('Account', id)['ShippingCity'] ?? null).toBeNull();
  });

  it('becomes a problem where both sides changed a field under Ask, and loses neither value', async () => {
    hear();
    const { id, number } = await aCustomer(engine, { Phone: '100' });
    engine.salesforce.put('Account', id, { Phone: '222' });
    await change(number, { PrimaryContactPhone: '111' });

    await tell(number);

    const problems = await engine.store.findProblems({ org: ORG, state: 'open', limit: 100 });
    expect(problems.map(({ code, field }) => [code, field])).toContainEqual(['FIELDS_IN_CONFLICT', 'Phone']);
    expect(engine.salesforce.get('Account', id)).toMatchObject({ Phone: '222' });
    expect(engine.rows('CustomersV3').find((row) => row['CustomerAccount'] === number)).toMatchObject({
      PrimaryContactPhone: '111',
    });
  });

  it('keeps a value that has no form in Salesforce, and does not send the old one back over it', async () => {
    hear();
    const { id, fields, number } = await aCustomer(engine);
    engine.admin.seedRows({
      set: 'PaymentTerms',
      rows: [{ dataAreaId: 'usmf', Name: 'Net77', Description: 'Net 77' }],
    });
    await change(number, { PaymentTerms: 'Net77', AddressCity: 'Fresno' });

    await tell(number);
    const held = engine.salesforce.get('Account', id);
    const [unit] = await engine.sync([engine.item('Account_Customer', id, { ...fields, ...held })]);

    expect(held).toMatchObject({ PaymentTerms__c: 'Net 30', BillingCity: 'Fresno' });
    expect(unit).toMatchObject({ outcome: 'rejected', faults: [{ code: 'VALUE_NOT_MAPPED' }] });
    expect(engine.rows('CustomersV3').find((row) => row['CustomerAccount'] === number)).toMatchObject({
      PaymentTerms: 'Net77',
    });
  });

  it('is left alone where it is not linked', async () => {
    hear();
    const writes = engine.salesforce.writes();

    await tell('US-001');

    expect(engine.salesforce.writes()).toBe(writes);
  });

  it('is waited for while the org is creating a customer there', async () => {
    hear();
    engine.admin.fault({ kind: 'cutAfter', set: 'CustomersV3', verb: 'POST' });
    const item = engine.item('Account_Customer', anId('001'), accountFields());
    await engine.sync([item]);
    const number = engine.rows('CustomersV3').at(-1)?.['CustomerAccount'] ?? '';

    await expect(tell(number)).rejects.toMatchObject({ code: 'EVENT_AHEAD' });
    const [found] = await engine.sync([item]);
    await tell(number);

    expect(found).toMatchObject({ outcome: 'created', number });
  });

  it('is tried again where a person saves the record at that moment', async () => {
    hear();
    const { id, number } = await aCustomer(engine);
    await change(number, { AddressCity: 'Oakland' });
    engine.salesforce.beforeApply(() => engine.salesforce.put('Account', id, { BillingCity: 'Typed by sales' }));

    await expect(tell(number)).rejects.toMatchObject({ code: 'SALESFORCE_VALUE_MOVED' });

    expect(engine.salesforce.get('Account', id)).toMatchObject({ BillingCity: 'Typed by sales' });
  });

  it('of a company that is not the primary one writes nothing to the account', async () => {
    hear((document) => {
      edit(document, 'CompanyRoute__mdt', 'Account_usmf', { Condition__c: 'TRUE', IsPrimary__c: false });
      edit(document, 'CompanyRoute__mdt', 'Account_gbsi', { Condition__c: 'TRUE', IsPrimary__c: true });
    });
    const id = anId('001');
    const fields = accountFields(BRITAIN);
    const units = await engine.sync([engine.item('Account_Customer', id, fields)]);
    const held = { ...fields, ...units.find(({ isPrimary }) => isPrimary)?.writeBacks };
    engine.salesforce.put('Account', id, held);
    const number = units.find(({ company }) => company === 'usmf')?.number ?? '';
    await change(number, { AddressCity: 'Austin' });

    await tell(number);

    expect(engine.salesforce.get('Account', id)).toEqual(held);
  });
});

describe('money', () => {
  type Deal = {
    readonly account: string;
    readonly customer: string;
    readonly deal: string;
    readonly invoice: string;
    readonly total: string;
  };

  async function invoicedDeal(): Promise<Deal> {
    const account = await aCustomer(engine);
    const item = aDeal(engine, account, { lines: [aLine('D0001')] });
    const [unit] = await engine.sync([item]);
    engine.salesforce.put('Opportunity', item.record.id, {});
    const posted = engine.admin.invoiceOrder({ company: 'usmf', order: unit?.number ?? '' });
    await engine.event('SalesInvoicePostedBusinessEvent', 'USMF', { InvoiceId: posted.invoice });
    return {
      account: account.id,
      customer: account.number,
      deal: item.record.id,
      invoice: posted.invoice,
      total: posted.total,
    };
  }
  const invoice = (number: string): Values =>
    engine.salesforce.all('Invoice__c').find((row) => row['Name'] === number) ?? {};
  const paymentsOf = (account: string): Values[] =>
    engine.salesforce.all('Payment__c').filter((row) => row['Account__c'] === account);
  const allocationsOf = (number: string): Values[] =>
    engine.salesforce.all('PaymentAllocation__c').filter((row) => row['Invoice__c'] === invoice(number)['Id']);
  const tellPaid = (paid: { journal: string; voucher: string }) =>
    engine.event('CustomerPaymentPostedBusinessEvent', 'usmf', {
      JournalBatchNumber: paid.journal,
      Voucher: paid.voucher,
    });
  const less = (total: string, amount: string): string => String(Number((Number(total) - Number(amount)).toFixed(2)));

  it('shows an invoice with its lines, on the account and the deal, and repeats nothing', async () => {
    const deal = await invoicedDeal();
    const writes = engine.salesforce.writes();

    await engine.event('SalesInvoicePostedBusinessEvent', 'usmf', { InvoiceId: deal.invoice });

    expect(invoice(deal.invoice)).toMatchObject({
      Account__c: deal.account,
      Opportunity__c: deal.deal,
      TotalAmount__c: deal.total,
      BalanceAmount__c: deal.total,
      PaymentStatus__c: 'Open',
      Type__c: 'Invoice',
    });
    expect(engine.salesforce.get('Opportunity', deal.deal)).toMatchObject({ InvoicedAmount__c: deal.total });
    expect(engine.salesforce.get('Account', deal.account)).toMatchObject({
      OpenBalance__c: deal.total,
      CurrencyCode__c: 'USD',
    });
    expect(engine.salesforce.writes()).toBe(writes);
  });

  it('is audited by what was written: an event that brings nothing leaves no trace', async () => {
    const deal = await invoicedDeal();
    const audits = async () =>
      (await engine.store.findAudit({ org: ORG, limit: 500 })).filter(({ action }) => action === 'sync.to-salesforce');
    const before = await audits();

    await engine.event('SalesInvoicePostedBusinessEvent', 'usmf', { InvoiceId: deal.invoice });
    const afterRepeat = await audits();
    engine.salesforce.put('Invoice__c', String(invoice(deal.invoice)['Id']), { TotalAmount__c: '1' });
    await engine.event('SalesInvoicePostedBusinessEvent', 'usmf', { InvoiceId: deal.invoice });
    const [corrected, ...others] = await audits();

    expect(before).not.toEqual([]);
    expect(afterRepeat).toEqual(before);
    expect(others).toEqual(before);
    expect(corrected).toMatchObject({ outcome: 'updated', fields: [{ field: 'TotalAmount__c' }] });
  });

  it('shows what a payment settled, when, and how much', async () => {
    const deal = await invoicedDeal();
    const paid = engine.admin.postPayment({
      company: 'usmf',
      customer: deal.customer,
      amount: '100',
      invoice: deal.invoice,
      date: '2026-11-20',
    });

    await tellPaid(paid);
    await tellPaid(paid);

    expect(paymentsOf(deal.account)).toMatchObject([{ Amount__c: '100', State__c: 'Posted', PaidOn__c: '2026-11-20' }]);
    expect(allocationsOf(deal.invoice)).toMatchObject([{ Amount__c: '100', SettledOn__c: '2026-11-20' }]);
    expect(invoice(deal.invoice)).toMatchObject({ PaymentStatus__c: 'PartiallyPaid', PaidAmount__c: '100' });
    expect(engine.salesforce.get('Opportunity', deal.deal)).toMatchObject({ PaymentStatus__c: 'PartiallyPaid' });
  });

  it('lowers what the account owes by a payment on account, and by what was paid too much', async () => {
    const deal = await invoicedDeal();
    const onAccount = engine.admin.postPayment({ company: 'usmf', customer: deal.customer, amount: '50' });
    await tellPaid(onAccount);
    const owed = engine.salesforce.get('Account', deal.account)['OpenBalance__c'];
    const tooMuch = engine.admin.postPayment({
      company: 'usmf',
      customer: deal.customer,
      amount: String(Number(deal.total) + 25),
      invoice: deal.invoice,
    });

    await tellPaid(tooMuch);

    expect(owed).toBe(less(deal.total, '50'));
    expect(invoice(deal.invoice)).toMatchObject({ PaymentStatus__c: 'Paid', BalanceAmount__c: '0' });
    expect(engine.salesforce.get('Account', deal.account)).toMatchObject({ OpenBalance__c: '-75' });
    expect(paymentsOf(deal.account)).toHaveLength(2);
  });

  it('opens an invoice again whose payment was reversed', async () => {
    const deal = await invoicedDeal();
    const paid = engine.admin.postPayment({
      company: 'usmf',
      customer: deal.customer,
      amount: deal.total,
      invoice: deal.invoice,
    });
    await tellPaid(paid);
    const before = invoice(deal.invoice)['PaymentStatus__c'];

    await tellPaid(engine.admin.reversePayment({ company: 'usmf', journal: paid.journal }));

    expect(before).toBe('Paid');
    expect(invoice(deal.invoice)).toMatchObject({ PaymentStatus__c: 'Open', BalanceAmount__c: deal.total });
    expect(engine.salesforce.get('Account', deal.account)).toMatchObject({ OpenBalance__c: deal.total });
    expect(engine.salesforce.get('Opportunity', deal.deal)).toMatchObject({ PaymentStatus__c: 'Open' });
  });

  it('shows a credit note as what it is', async () => {
    const deal = await invoicedDeal();
    const credit = engine.admin.creditInvoice({ company: 'usmf', invoice: deal.invoice });

    await engine.event('SalesInvoicePostedBusinessEvent', 'usmf', { InvoiceId: credit.invoice });

    expect(invoice(credit.invoice)).toMatchObject({ Type__c: 'CreditNote', TotalAmount__c: `-${deal.total}` });
    expect(['Open', 'Paid']).toContain(invoice(credit.invoice)['PaymentStatus__c']);
    expect(engine.salesforce.get('Opportunity', deal.deal)).toMatchObject({ InvoicedAmount__c: '0' });
  });

  it('of customers that are not in the org is not wanted', async () => {
    const paid = engine.admin.postPayment({ company: 'usmf', customer: 'US-001', amount: '10' });
    const writes = engine.salesforce.writes();

    await tellPaid(paid);

    expect(engine.salesforce.writes()).toBe(writes);
  });

  it('that Dynamics does not show yet is waited for', async () => {
    await expect(
      engine.event('SalesInvoicePostedBusinessEvent', 'usmf', { InvoiceId: 'CIV-NOT-THERE' }),
    ).rejects.toMatchObject({ code: 'EVENT_AHEAD' });
  });

  it('comes back after the invoice was deleted in Salesforce, as another record', async () => {
    const deal = await invoicedDeal();
    const old = String(invoice(deal.invoice)['Id']);
    engine.salesforce.put('Invoice__c', old, { ExternalKey__c: 'deleted', Name: 'deleted' });

    await engine.event('SalesInvoicePostedBusinessEvent', 'usmf', { InvoiceId: deal.invoice });
    await engine.event('SalesInvoicePostedBusinessEvent', 'usmf', { InvoiceId: deal.invoice });

    expect(invoice(deal.invoice)['Id']).not.toBe(old);
    const links = await engine.store.linksOfRecords(ORG, [old]);
    expect(links.map(({ state }) => state)).toEqual(['gone']);
  });

  it('computed late does not cover what another run computed since', async () => {
    const deal = await invoicedDeal();
    const posted = engine.admin.postPayment({
      company: 'usmf',
      customer: deal.customer,
      amount: '10',
      invoice: deal.invoice,
    });
    engine.salesforce.beforeApply(() => engine.salesforce.put('Opportunity', deal.deal, { PaidAmount__c: '999' }));

    await expect(tellPaid(posted)).rejects.toMatchObject({ code: 'SALESFORCE_VALUE_MOVED' });
    await tellPaid(posted);

    expect(engine.salesforce.get('Opportunity', deal.deal)).toMatchObject({ PaidAmount__c: '10' });
  });
});
