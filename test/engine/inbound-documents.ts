import type { Values } from '../../relay/src/dynamics/connector.ts';
import { aCustomer, aDeal } from './contoso-records.ts';
import type { Engine } from './engine-under-test.ts';

/** A posted invoice that Salesforce shows already. */
export type Invoiced = {
  readonly account: string;
  readonly customer: string;
  readonly invoice: string;
  readonly total: string;
};

/** A new customer's invoice, brought by its event. */
export async function anInvoice(engine: Engine): Promise<Invoiced> {
  const account = await aCustomer(engine);
  const [unit] = await engine.sync([aDeal(engine, account)]);
  const posted = engine.admin.invoiceOrder({ company: 'usmf', order: unit?.number ?? '' });
  await engine.event('SalesInvoicePostedBusinessEvent', 'usmf', { InvoiceId: posted.invoice });
  return { account: account.id, customer: account.number, invoice: posted.invoice, total: posted.total };
}

/** What Salesforce shows of it now. */
export function shownInvoice(engine: Engine, { invoice }: Invoiced): Values {
  return engine.salesforce.all('Invoice__c').find((row) => row['Name'] === invoice) ?? {};
}
