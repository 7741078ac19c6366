import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { aCustomer, aDeal, changed } from './contoso-records.ts';
import { edit, type Engine, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
beforeEach(() => {
  engine.configure((document) =>
    edit(document, 'EntityMapping__mdt', 'Opportunity_SalesOrder', { ApprovalFormula__c: 'TRUE' }),
  );
});
afterEach(() => engine.reset());
afterAll(() => engine.stop());

const nameOf = (number: string | null | undefined) =>
  engine.rows('SalesOrderHeadersV4').find((row) => row['SalesOrderNumber'] === number)?.['SalesOrderName'];

async function anApprovedDeal() {
  const item = aDeal(engine, await aCustomer(engine));
  const [held] = await engine.sync([item]);
  const [created] = await engine.sync([{ ...item, approvedFingerprint: held?.fingerprint ?? null }]);
  return { item, created };
}

it('a deal that was approved and has not changed is not held again, and keeps its number and write-backs', async () => {
  const { item, created } = await anApprovedDeal();

  const [again] = await engine.sync([changed(item, created?.writeBacks ?? {})]);

  expect(created?.outcome).toBe('created');
  expect(again).toMatchObject({ outcome: 'unchanged', number: created?.number, writeBacks: created?.writeBacks });
});

it('a change after the approval is held, and what stands in Dynamics is told all the same', async () => {
  const { item, created } = await anApprovedDeal();
  const before = nameOf(created?.number);

  const [edited] = await engine.sync([changed(item, { ...created?.writeBacks, Name: 'Another name' })]);

  expect(edited).toMatchObject({ outcome: 'held', number: created?.number, writeBacks: created?.writeBacks });
  expect(edited?.fingerprint).not.toBe(created?.fingerprint);
  expect(nameOf(created?.number)).toBe(before);
});
