import type { SyncAnswer, SyncCall, UnitResult } from '../../relay/src/sync/exchange.ts';
import type { PlainRecord } from '../../test/org/plain-records.ts';
import type { Dispatch } from '../../test/support/outbox.ts';
import { createAccount, createCatalog, createLoungeDeal, createOrder, win } from '../../test/support/contoso.ts';
import type { Product } from '../../test/support/product.ts';
import { until } from '../../test/support/until.ts';

/** One line of the summary table at the end. */
export type Step = { readonly step: string; readonly outcome: string; readonly ms: number };

/** The outcome a step must have; the demo fails with another. */
type Play = () => Promise<string>;

/** Tells the quote-to-cash story step by step: what is sent, what was decided, how long it took. Throws where a step ends otherwise than it should. */
export async function tellStory(product: Product): Promise<Step[]> {
  const steps: Step[] = [];
  const tell = async (title: string, expected: string, play: Play): Promise<void> => {
    console.log(`\n${steps.length + 1}. ${title}`);
    const startedAt = performance.now();
    const outcome = await play();
    const ms = Math.round(performance.now() - startedAt);
    console.log(`   → ${outcome} (${ms} ms)`);
    if (!outcome.startsWith(expected)) throw new Error(`Step "${title}" should have ended with "${expected}".`);
    steps.push({ step: title, outcome, ms });
  };
  const catalog = createCatalog(product.org, 'EUR');
  const products = await product.outbox.drain();
  console.log(`The price book's ${products.length} products are linked to Dynamics' items in three companies.`);

  const accountId = createAccount(product.org);
  await tell('An account is saved in Salesforce', 'created', () => syncAccount(product, accountId));
  const dealId = createLoungeDeal(product.org, accountId, catalog);
  await product.outbox.drain();
  await tell('Its opportunity is set to Closed Won', 'created', () => winDeal(product, dealId));
  const deal = await dealOf(product, dealId);
  await tell('Finance posts the invoice', 'Open', () => postInvoice(product, deal));
  await tell('The customer pays a part', 'PartiallyPaid', () => pay(product, deal, '1000.00'));
  await tell('The customer pays the rest', 'Paid', () => pay(product, deal, null));
  await tell('The same opportunity is sent again', 'unchanged', () => sendAgain(product, dealId));
  await tell('In Great Britain the Order hands over', 'Open', () => handOverOrder(product));
  await tell('A customer with a wrong group is refused', 'rejected', () => refuse(product));
  await tell('Sales corrects it, and saving releases it', 'created', () => correct(product));
  return steps;
}

async function syncAccount(product: Product, accountId: string): Promise<string> {
  const outcome = await send(product);
  const account = read(product, 'Account', accountId, ['CustomerNumber__c', 'DynamicsCompany__c']);
  say(`Salesforce shows customer ${shown(account['CustomerNumber__c'])} of ${shown(account['DynamicsCompany__c'])}.`);
  return outcome;
}

async function winDeal(product: Product, dealId: string): Promise<string> {
  win(product.org, dealId);
  const outcome = await send(product);
  const written = read(product, 'Opportunity', dealId, ['SalesOrderNumber__c', 'DynamicsTotal__c']);
  const number = shown(written['SalesOrderNumber__c']);
  const isOurs = (row: Record<string, unknown>): boolean => row['SalesOrderNumber'] === number;
  const order = product.dynamics.admin.rows({ set: 'SalesOrderHeadersV4', company: 'usmf' }).find(isOurs);
  say(
    `Dynamics holds order ${number}: ${shown(order?.['CurrencyCode'])} ${shown(order?.['OrderTotalAmount'])}, ` +
      `tax ${shown(order?.['OrderTotalTaxAmount'])}, header discount ${shown(order?.['TotalDiscountPercentage'])} %, ` +
      `dimensions ${shown(order?.['DefaultLedgerDimensionDisplayValue'])}`,
  );
  for (const line of product.dynamics.admin.rows({ set: 'SalesOrderLinesV3', company: 'usmf' }).filter(isOurs)) {
    say(
      `  ${shown(line['ItemNumber'])}  ${shown(line['OrderedSalesQuantity'])} × ${shown(line['SalesPrice'])}, ` +
        `line discount ${shown(line['LineDiscountPercentage'])} %, tax group ${shown(line['SalesTaxItemGroupCode'])}`,
    );
  }
  say(`Salesforce shows order ${number} over ${shown(written['DynamicsTotal__c'])} on the opportunity.`);
  return outcome;
}

/** A deal that was handed over, as finance knows it. */
type Deal = { readonly id: string; readonly accountId: string; readonly order: string; readonly customer: string };

async function dealOf(product: Product, id: string): Promise<Deal> {
  const row = read(product, 'Opportunity', id, ['SalesOrderNumber__c', 'AccountId', 'Account.CustomerNumber__c']);
  const account = row['Account'] as PlainRecord | null;
  return {
    id,
    accountId: shown(row['AccountId']),
    order: shown(row['SalesOrderNumber__c']),
    customer: shown(account?.['CustomerNumber__c']),
  };
}

async function postInvoice(product: Product, deal: Deal): Promise<string> {
  const before = balanceOf(product, deal);
  const posted = product.dynamics.admin.invoiceOrder({ company: 'usmf', order: deal.order });
  const { invoice, total, dueDate } = posted;
  say(`Dynamics posted invoice ${invoice} over ${total}, due ${dueDate}; its business event follows.`);
  return showMoney(product, deal, { status: 'Open', before });
}

async function pay(product: Product, deal: Deal, amount: string | null): Promise<string> {
  const invoice = invoiceOf(product, deal);
  const paid = amount ?? shown(invoice?.['BalanceAmount__c']);
  const before = balanceOf(product, deal);
  product.dynamics.admin.postPayment({
    company: 'usmf',
    customer: deal.customer,
    amount: paid,
    currency: 'EUR',
    invoice: shown(invoice?.['Name']),
  });
  say(`Dynamics posted a payment of ${paid}; its business event follows.`);
  return showMoney(product, deal, { status: amount === null ? 'Paid' : 'PartiallyPaid', before });
}

/** Waits until account, invoice and opportunity agree, and shows them as a rep would see them. */
async function showMoney(
  product: Product,
  deal: Deal,
  { status, before }: { readonly status: string; readonly before: string },
): Promise<string> {
  const fields = ['InvoicedAmount__c', 'PaidAmount__c', 'PaymentStatus__c'];
  const invoice = await until(() => {
    const row = invoiceOf(product, deal);
    const opportunity = read(product, 'Opportunity', deal.id, fields);
    const isThere = row?.['PaymentStatus__c'] === status && opportunity['PaymentStatus__c'] === status;
    return isThere && balanceOf(product, deal) !== before ? row : null;
  }, `account, invoice and opportunity are ${status}`);
  const opportunity = read(product, 'Opportunity', deal.id, fields);
  say(
    `Account: invoice ${shown(invoice['Name'])} due ${shown(invoice['DueDate__c'])}, paid ${shown(invoice['PaidAmount__c'])}, ` +
      `balance ${shown(invoice['CurrencyCode__c'])} ${shown(invoice['BalanceAmount__c'])}; open in all (company currency) ${balanceOf(product, deal)}`,
  );
  say(
    `Opportunity: invoiced ${shown(opportunity['InvoicedAmount__c'])}, paid ${shown(opportunity['PaidAmount__c'])}, ` +
      shown(opportunity['PaymentStatus__c']),
  );
  return status;
}

/** What the account owes, in the currency of its company. */
function balanceOf(product: Product, deal: Deal): string {
  return shown(read(product, 'Account', deal.accountId, ['OpenBalance__c'])['OpenBalance__c']);
}

function invoiceOf(product: Product, deal: Deal): PlainRecord | undefined {
  return product.org.query(
    `SELECT Name, DueDate__c, CurrencyCode__c, PaidAmount__c, BalanceAmount__c, PaymentStatus__c
     FROM Invoice__c WHERE Account__c = '${deal.accountId}' AND Opportunity__c = '${deal.id}'`,
  )[0];
}

async function sendAgain(product: Product, dealId: string): Promise<string> {
  product.outbox.request(dealId, 'Opportunity_SalesOrder');
  const before = product.dynamics.admin.statistics();
  const outcome = told(await product.outbox.drain());
  say(`Dynamics saw ${product.dynamics.admin.statistics().requests - before.requests} requests, all of them reads.`);
  return outcome;
}

async function handOverOrder(product: Product): Promise<string> {
  const catalog = createCatalog(product.org, 'GBP');
  const accountId = createAccount(product.org, {
    Name: 'Thames Sound Ltd',
    BillingCity: 'London',
    BillingState: null,
    BillingPostalCode: 'EC1A 1BB',
    BillingCountry: 'United Kingdom',
    TaxNumber__c: 'GB123456789',
    CurrencyIsoCode: 'GBP',
  });
  const orderId = createOrder(product.org, { accountId, catalog, currency: 'GBP' });
  told(await product.outbox.drain());
  const order = shown(read(product, 'Order', orderId, ['SalesOrderNumber__c'])['SalesOrderNumber__c']);
  const posted = product.dynamics.admin.invoiceOrder({ company: 'gbsi', order });
  say(`Dynamics posted invoice ${posted.invoice} over ${posted.total} in gbsi; its business event follows.`);
  const fields = ['InvoiceNumber__c', 'InvoicedAmount__c', 'PaymentStatus__c'];
  const shownOrder = await until(() => {
    const row = read(product, 'Order', orderId, fields);
    return row['InvoiceNumber__c'] === null ? null : row;
  }, 'the invoice shows on the order');
  say(`Order: invoice ${shown(shownOrder['InvoiceNumber__c'])}, invoiced ${shown(shownOrder['InvoicedAmount__c'])}`);
  return shown(shownOrder['PaymentStatus__c']);
}

async function refuse(product: Product): Promise<string> {
  createAccount(product.org, {
    Name: 'Wide World Importers',
    Type: 'Other',
    TaxNumber__c: 'US 55-7654321',
    BillingPostalCode: '94105',
  });
  const outcome = told(await product.outbox.drain());
  const [row] = product.outbox.rows();
  say(`The outbox keeps it: ${shown(row?.['State__c'])}, ${shown(row?.['Code__c'])}.`);
  return outcome;
}

async function correct(product: Product): Promise<string> {
  const [account] = product.org.query("SELECT Id FROM Account WHERE Name = 'Wide World Importers'");
  product.org.update('Account', shown(account?.['Id']), { Type: 'Customer - Direct' });
  return told(await product.outbox.drain());
}

/** Says what would be sent and by which rules, as a dry run of the org's own call tells it; then the call passes. */
async function send(product: Product): Promise<string> {
  product.wire.inspect(async ({ path, body, authorization }) => {
    if (path !== '/v1/sync') return;
    const response = await fetch(`${product.relayUrl}${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ ...(JSON.parse(body) as SyncCall), requestId: crypto.randomUUID(), dryRun: true }),
    });
    const { items = [] } = (await response.json()) as Partial<SyncAnswer>;
    for (const unit of items.flatMap((item) => item.units)) sayPlan(unit);
  });
  try {
    return told(await product.outbox.drain());
  } finally {
    product.wire.inspect(null);
  }
}

function sayPlan({ plan }: UnitResult): void {
  const rules = (plan?.rules ?? []).filter((rule) => /^(Route|Record|Document)/.test(rule));
  say(`Decided: ${rules.join(' · ')}`);
  for (const { method, path, body } of plan?.requests ?? []) {
    say(`Sends ${method} ${path} with ${Object.keys(JSON.parse(body ?? '{}') as object).length} fields`);
  }
}

/** Says what was decided for each unit and why; answers the last outcome. */
function told(sent: readonly Dispatch[]): string {
  const outcomes = sent.flatMap(({ item, result, milliseconds }) =>
    result.units.map((unit) => {
      const place = unit.connection === null ? '' : ` to ${unit.connection}/${unit.company ?? ''}`;
      const number = unit.number === null ? '' : ` as ${unit.number}`;
      say(`${item.record.type} ${item.record.id}${place}: ${unit.outcome}${number} (${Math.round(milliseconds)} ms)`);
      for (const fault of unit.faults) say(`  ${fault.code}: ${fault.message}\n     ${fault.fix}`);
      return unit.outcome;
    }),
  );
  return outcomes.at(-1) ?? 'nothing was due';
}

function read(product: Product, type: string, id: string, fields: readonly string[]): PlainRecord {
  const [record] = product.org.query(`SELECT ${fields.join(', ')} FROM ${type} WHERE Id = '${id}'`);
  if (record === undefined) throw new Error(`${type} ${id} is gone.`);
  return record;
}

const shown = (value: unknown): string => (typeof value === 'string' && value !== '' ? value : '—');
const say = (text: string): void => console.log(`   ${text}`);
