import { parseArgs } from 'node:util';
import { createAccount, createCatalog, createLoungeDeal } from '../test/support/contoso.ts';
import { type Product, startProduct } from '../test/support/product.ts';
import { playFinance } from './demo/finance.ts';
import { type Step, tellStory } from './demo/story.ts';

const { values: options } = parseArgs({ options: { once: { type: 'boolean', default: false } } });

function printSummary(steps: readonly Step[]): void {
  console.log('\nSummary');
  console.table(Object.fromEntries(steps.map((step, index) => [index + 1, step])));
}

/** Leaves a customer and an open deal for whoever opens the pages, and a finance department that reacts. */
async function stayUp(product: Product): Promise<void> {
  const { org } = product;
  const account = createAccount(org, {
    Name: 'Alpine Ski House',
    TaxNumber__c: 'US 20-3344556',
    BillingPostalCode: '92103',
  });
  const deal = createLoungeDeal(org, account, createCatalog(org, 'EUR'));
  await product.outbox.drain();
  playFinance(product);
  const page = (id: string): string => `${org.baseUrl}/lightning/r/${id}/view`;
  console.log(`
Open this address in a browser:

   ${page(account)}

   You are signed in as Sam Sales; the name at the upper right changes the user (administrator, operator, sales, nobody).
   Press Sync now. Then open the deal, ${page(deal)} ,
   set it to Closed Won and watch: the order number, the invoice and both payments arrive on the open page.

Still up until Ctrl-C:
   relay       ${product.relayUrl}   (/healthz /readyz)
   Dynamics    ${product.dynamics.baseUrl}/data
   Salesforce  ${org.baseUrl}
   Entra       ${product.entra.baseUrl}`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

console.log('Causeway starts: token authority, Finance & Operations simulator, Salesforce org with its Apex, relay …');
const startedAt = performance.now();
const product = await startProduct({ hasScreens: !options.once });
console.log(`Ready after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s.`);
try {
  printSummary(await tellStory(product));
  if (!options.once) await stayUp(product);
} catch (error) {
  console.error(`\nThe story stopped: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await product.stop();
}
