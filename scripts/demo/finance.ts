import type { PlainRecord } from '../../test/org/plain-records.ts';
import type { Product } from '../../test/support/product.ts';
import { until } from '../../test/support/until.ts';

const THINKING_MS = 4_000;
const FIRST_PAYMENT = '1000.00';

/** Plays Contoso's finance department: whatever order arrives for a won deal is invoiced, paid in part, and paid, with a pause each. */
export function playFinance({ org, dynamics }: Product): void {
  org.onChange((changes) => {
    for (const { object, old, new: now } of changes) {
      const isHandedOver = object === 'Opportunity' && now !== null && now['SalesOrderNumber__c'] !== null;
      if (isHandedOver && old?.['SalesOrderNumber__c'] === null) {
        invoiceAndCollect(String(now['Id'])).catch((error: unknown) => console.error('Finance stumbled:', error));
      }
    }
  });

  async function invoiceAndCollect(opportunityId: string): Promise<void> {
    const [deal] = org.query(
      `SELECT SalesOrderNumber__c, CurrencyIsoCode, Account.CustomerNumber__c, Account.DynamicsCompany__c FROM Opportunity WHERE Id = '${opportunityId}'`,
    );
    const order = text(deal?.['SalesOrderNumber__c']);
    const account = deal?.['Account'] as PlainRecord | null;
    const customer = text(account?.['CustomerNumber__c']);
    const company = text(account?.['DynamicsCompany__c']);
    await pause();
    const { invoice, total } = dynamics.admin.invoiceOrder({ company, order });
    console.log(`Finance posts invoice ${invoice} over ${total} for order ${order}.`);
    const balance = (): string | null => {
      const [row] = org.query(`SELECT BalanceAmount__c FROM Invoice__c WHERE Name = '${invoice}'`);
      return row === undefined ? null : text(row['BalanceAmount__c']);
    };
    const pay = (amount: string): void => {
      const currency = text(deal?.['CurrencyIsoCode']);
      dynamics.admin.postPayment({ company, customer, amount, currency, invoice });
      console.log(`${customer} pays ${amount} of invoice ${invoice}.`);
    };
    const shown = await until(balance, `invoice ${invoice} shows in Salesforce`);
    await pause();
    pay(FIRST_PAYMENT);
    const rest = await until(() => (balance() === shown ? null : balance()), `the payment on ${invoice} shows`);
    await pause();
    pay(rest);
  }
}

function text(value: PlainRecord[string] | undefined): string {
  return typeof value === 'string' ? value : '';
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, THINKING_MS));
}
