import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser } from 'playwright-core';
import { USERNAMES } from '../../org/seed-org.ts';
import { createAccount, createCatalog, createLoungeDeal } from '../../support/contoso.ts';
import { type Product, startProduct } from '../../support/product.ts';
import { openBrowser, type Visit, visit } from './visits.ts';

const STARTING = 180_000;
const PLAYING = 90_000;

let product: Product;
let browser: Browser;
let accountId: string;
let customer: string;
/** The page of the deal: opened once, never loaded again. */
let deal: Visit;
let invoice: { readonly invoice: string; readonly total: string };

const pageOf = (id: string): string => `/lightning/r/${id}/view`;

beforeAll(async () => {
  product = await startProduct({ hasScreens: true });
  browser = await openBrowser();
}, STARTING);

afterAll(async () => {
  await browser.close();
  await product.stop();
});

describe('from Closed Won to reconciled payment, by clicking', () => {
  test(
    'Sync now sends an account, and its open page says that it is in sync',
    async () => {
      accountId = createAccount(product.org);
      await product.outbox.drain();
      const { page, field, shot, violations, faults, close } = await visit(
        browser,
        product.org,
        USERNAMES.sales,
        pageOf(accountId),
      );
      await page.getByRole('button', { name: 'Sync now' }).click();
      await page.getByText('In sync').waitFor();
      await field('CustomerNumber__c').getByText(/\d/).waitFor();
      await shot('story-1-account');

      const [asked] = await product.outbox.drain();
      expect(asked?.item.initiator).toEqual({ userId: product.org.users.sales, reason: 'manual' });
      customer = (await field('CustomerNumber__c').textContent()) ?? '';
      expect(product.dynamics.admin.rows({ set: 'CustomersV3', company: 'usmf' })).toContainEqual(
        expect.objectContaining({ CustomerAccount: customer, OrganizationName: 'Fourth Coffee Roasters' }),
      );
      expect(await violations()).toEqual([]);
      expect(faults).toEqual([]);
      await close();
    },
    PLAYING,
  );

  test(
    'Closed Won brings the order number',
    async () => {
      const dealId = createLoungeDeal(product.org, accountId, createCatalog(product.org, 'EUR'));
      deal = await visit(browser, product.org, USERNAMES.sales, pageOf(dealId));
      const { page, field, shot, violations } = deal;
      await page.evaluate(() => Object.assign(globalThis, { isSameLoad: true }));

      await page.getByRole('option', { name: 'Closed Won' }).click();
      await page.getByRole('button', { name: 'Mark as Current Stage' }).click();
      await field('SalesOrderNumber__c').getByText(/\d/).waitFor();
      await shot('story-2-won');

      const order = (await field('SalesOrderNumber__c').textContent()) ?? '';
      expect(product.dynamics.admin.rows({ set: 'SalesOrderHeadersV4', company: 'usmf' })).toContainEqual(
        expect.objectContaining({ SalesOrderNumber: order, OrderingCustomerAccountNumber: customer }),
      );
      expect(await violations()).toEqual([]);
    },
    PLAYING,
  );

  test(
    'the invoice that finance posts arrives on the open page',
    async () => {
      const { page, field, relatedList, shot } = deal;
      const order = (await field('SalesOrderNumber__c').textContent()) ?? '';
      invoice = product.dynamics.admin.invoiceOrder({ company: 'usmf', order });

      await field('PaymentStatus__c').getByText('Open').waitFor();
      await page.getByRole('tab', { name: 'Related' }).click();
      await relatedList('Invoices (1)').getByRole('link', { name: invoice.invoice }).waitFor();
      await shot('story-3-invoice');
    },
    PLAYING,
  );

  test(
    'both payments arrive on the open page, until nothing is owed',
    async () => {
      const { page, relatedList, shot, violations, faults, close } = deal;
      const invoices = relatedList('Invoices (1)');
      const pay = (amount: string): void => {
        const payment = { company: 'usmf', customer, amount, currency: 'EUR', invoice: invoice.invoice };
        product.dynamics.admin.postPayment(payment);
      };

      pay('1000.00');
      await invoices.getByText('Partially Paid').waitFor();
      await shot('story-4-part-paid');
      pay((Number(invoice.total) - 1000).toFixed(2));
      await invoices.getByText('Paid', { exact: true }).waitFor();
      await shot('story-5-paid');

      expect(await violations()).toEqual([]);
      expect(await page.evaluate(() => 'isSameLoad' in globalThis)).toBe(true);
      expect(faults).toEqual([]);
      await close();
    },
    PLAYING,
  );
});
