import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import path from 'node:path';
import { type Browser } from 'playwright-core';
import { buildPages } from '../../org/browser/open-pages.ts';
import { insertSampleRecords, type SampleRecords } from '../../org/browser/sample-records.ts';
import { USERNAMES } from '../../org/seed-org.ts';
import { type LocalOrg, startOrg } from '../../org/start-org.ts';
import { openBrowser, type Visit, visit } from './visits.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const SOURCES = [path.join(ROOT, 'force-app'), path.join(ROOT, 'unpackaged/demo')];
const BUILDING = 180_000;
const LOOKING = 60_000;

let org: LocalOrg;
let browser: Browser;
let records: SampleRecords;

beforeAll(async () => {
  org = await startOrg({ sources: SOURCES, apex: true, pages: await buildPages(SOURCES) });
  records = insertSampleRecords(org);
  browser = await openBrowser();
}, BUILDING);

afterAll(async () => {
  await browser.close();
  await org.stop();
});

const open = (username: string, address: string): Promise<Visit> => visit(browser, org, username, address);
const recordAddress = (id: string): string => `/lightning/r/${id}/view`;

describe('record pages', () => {
  test(
    'an account page shows the record and where it stands in each company',
    async () => {
      const { page, heading, field, shot, violations, faults, close } = await open(
        USERNAMES.operator,
        recordAddress(records.account),
      );
      await heading('Fourth Coffee Roasters').waitFor();
      await page.getByText('In sync').waitFor();
      await shot('account');

      expect(await field('CustomerNumber__c').textContent()).toBe('C-000123');
      const units = page.locator('c-sync-status li.unit');
      expect(await units.count()).toBe(2);
      expect(await units.first().getByRole('link', { name: 'C-000123' }).getAttribute('href')).toContain(
        'dynamics.com',
      );
      expect(await units.first().locator('lightning-relative-date-time').textContent()).not.toBe('');
      expect(await units.last().textContent()).toContain('does not know the customer group 80');
      expect(await units.last().textContent()).toContain('Choose a customer group that exists in gbsi');
      expect(await violations()).toEqual([]);
      expect(faults).toEqual([]);
      await close();
    },
    LOOKING,
  );

  test(
    'related lists lead on to invoice and payment',
    async () => {
      const { page, heading, relatedList, shot, violations, faults, close } = await open(
        USERNAMES.sales,
        recordAddress(records.opportunity),
      );
      await page.getByRole('tab', { name: 'Related' }).click();
      await relatedList('Invoices (1)').getByRole('link', { name: 'CIV-000042' }).waitFor();
      await shot('opportunity-related');
      expect(await violations()).toEqual([]);

      await page.getByRole('link', { name: 'CIV-000042' }).click();
      await heading('CIV-000042').waitFor();
      await page.getByRole('tab', { name: 'Related' }).click();
      await page.getByRole('link', { name: 'ARP-000017' }).waitFor();
      await shot('invoice');
      expect(await violations()).toEqual([]);
      expect(faults).toEqual([]);
      await close();
    },
    LOOKING,
  );

  test(
    'a field is edited in place, and what is wrong with it stands at the field',
    async () => {
      const { page, heading, shot, violations, close } = await open(USERNAMES.sales, recordAddress(records.account));
      await page.getByRole('button', { name: 'Edit Account Name' }).click();
      const name = page.getByRole('textbox', { name: /Account Name/ });
      await name.fill('');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Review the errors on this page.').waitFor();
      await shot('account-fault');
      expect(await violations()).toEqual([]);
      const fault = page.locator('one-field').filter({ has: name }).getByText('Complete this field.');
      expect(await fault.count()).toBe(1);

      await name.fill('Fourth Coffee Roasters Inc');
      await page.getByRole('button', { name: 'Save' }).click();
      await heading('Fourth Coffee Roasters Inc').waitFor();
      expect(org.query(`SELECT Name FROM Account WHERE Id = '${records.account}'`)).toEqual([
        { Name: 'Fourth Coffee Roasters Inc' },
      ]);
      await close();
    },
    LOOKING,
  );

  test(
    'what Salesforce refuses stands at the field it names',
    async () => {
      const { page, shot, close } = await open(USERNAMES.sales, recordAddress(records.account));
      await page.getByRole('button', { name: 'Edit Annual Revenue' }).click();
      await page.getByLabel('Annual Revenue', { exact: true }).fill('12345678901234567890');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Review the errors on this page.').waitFor();
      await shot('account-refused');
      const fault = page.locator('one-field').filter({ has: page.getByLabel('Annual Revenue', { exact: true }) });
      expect(await fault.textContent()).toContain('value outside of valid range');
      await close();
    },
    LOOKING,
  );

  test(
    'choosing Closed Won on the path saves the stage',
    async () => {
      const { page, shot, close } = await open(USERNAMES.sales, recordAddress(records.opportunity));
      await page.getByRole('option', { name: 'Closed Won' }).click();
      await page.getByRole('button', { name: 'Mark as Current Stage' }).click();
      await page.getByText('Stage changed successfully.').waitFor();
      await shot('opportunity-won');
      expect(org.query(`SELECT StageName FROM Opportunity WHERE Id = '${records.opportunity}'`)).toEqual([
        { StageName: 'Closed Won' },
      ]);
      await close();
    },
    LOOKING,
  );
});

describe('our component on the page', () => {
  test(
    'Sync now asks for a sync as the user who pressed it',
    async () => {
      const { page, shot, close } = await open(USERNAMES.sales, recordAddress(records.account));
      await page.getByRole('button', { name: 'Sync now' }).click();
      await page.getByText('changes in Salesforce that are not sent yet').first().waitFor();
      await shot('account-requested');
      const asked = org.query(`SELECT RequestedBy__c FROM SyncRequest__c WHERE RecordId__c = '${records.account}'`);
      expect(asked).toEqual([{ RequestedBy__c: org.users.sales }]);
      await close();
    },
    LOOKING,
  );

  test(
    'a finished sync shows on the open page without loading it again',
    async () => {
      const { page, field, shot, close } = await open(USERNAMES.sales, recordAddress(records.order));
      await page.getByText('This record is not in Dynamics 365 yet.').waitFor();
      await page.evaluate(() => Object.assign(globalThis, { isSameLoad: true }));

      finishSync(records.order);

      await page.locator('c-sync-status').getByText('In sync').waitFor();
      await field('SalesOrderNumber__c').getByText('SO-000777').waitFor();
      expect(await page.evaluate(() => 'isSameLoad' in globalThis)).toBe(true);
      await shot('order-synced');
      await close();
    },
    LOOKING,
  );
});

/** What a dispatcher leaves behind: the number on the record, its status, and the event. */
function finishSync(recordId: string): void {
  org.update('Order', recordId, { SalesOrderNumber__c: 'SO-000777' });
  org.insert('SyncStatus__c', {
    UnitKey__c: `contoso|usmf|Order_SalesOrder|${recordId}`,
    RecordId__c: recordId,
    Mapping__c: 'Order_SalesOrder',
    Company__c: 'usmf',
    State__c: 'InSync',
    DynamicsNumber__c: 'SO-000777',
    LastSyncedAt__c: '2026-11-24T08:00:00Z',
  });
  org.insert('RecordSynced__e', { RecordId__c: recordId, ObjectName__c: 'Order', UnitKey__c: recordId });
}

describe('who sees what', () => {
  test(
    'a list leads to its records, and the switch of users takes rights with it',
    async () => {
      const { page, shot, violations, close } = await open(USERNAMES.sales, '/');
      await page.getByRole('link', { name: 'Invoices' }).click();
      await page.getByRole('link', { name: 'CIV-000042' }).waitFor();
      await shot('invoices');
      expect(await violations()).toEqual([]);
      await page.getByRole('link', { name: 'Accounts' }).click();
      await page.getByRole('link', { name: /^Fourth Coffee/ }).click();
      await page.getByRole('heading', { level: 1, name: /^Fourth Coffee/ }).waitFor();

      await page.getByLabel('Signed in as').selectOption(USERNAMES.nobody);
      await page.locator('option[selected]', { hasText: 'No Causeway permission' }).waitFor({ state: 'attached' });
      await page.getByRole('heading', { level: 1, name: /^Fourth Coffee/ }).waitFor();
      expect(await page.getByRole('link', { name: 'Invoices' }).count()).toBe(0);
      await close();
    },
    LOOKING,
  );

  test(
    'a user without permission sees nothing of ours, and the Apex endpoint refuses',
    async () => {
      const { page, context, heading, shot, violations, close } = await open(
        USERNAMES.nobody,
        recordAddress(records.opportunity),
      );
      await heading('Lounge sound system').waitFor();
      await shot('nobody');
      expect(await page.getByText('Dynamics 365').count()).toBe(0);
      expect(await page.getByRole('link', { name: 'Invoices' }).count()).toBe(0);
      expect(await violations()).toEqual([]);

      const data = { recordId: records.opportunity };
      for (const method of ['getStatus', 'syncNow', 'getHistory']) {
        const refused = await context.request.post(`/lightning/api/apex/SyncStatusController.${method}`, { data });
        expect(refused.status()).toBe(403);
      }
      const fields = 'Opportunity.SalesOrderNumber__c';
      const record = await context.request.get(`/lightning/api/records/${records.opportunity}?fields=${fields}`);
      expect(record.status()).toBe(400);
      const channel = await context.request.get('/lightning/api/channels?name=/event/RecordSynced__e');
      expect(channel.status()).toBe(403);
      await close();
    },
    LOOKING,
  );

  test(
    'a sales user cannot read the history',
    async () => {
      const { context, close } = await open(USERNAMES.sales, recordAddress(records.account));
      const data = { recordId: records.account };
      const refused = await context.request.post('/lightning/api/apex/SyncStatusController.getHistory', { data });
      expect(refused.status()).toBe(500);
      expect(await refused.json()).toMatchObject({ message: expect.stringContaining('permission') });
      await close();
    },
    LOOKING,
  );
});
