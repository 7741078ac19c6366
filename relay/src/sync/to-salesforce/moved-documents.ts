import type { EntityDescription, EntityRecord, Settlement, Values } from '../../dynamics/connector.ts';
import { numberOf } from '../entity-fields.ts';
import type { EntityMapping } from '../mapping.ts';
import type { Base, Unit } from '../unit.ts';
import { balanceFigures, hasFigure } from './figures.ts';
import { findNumbered } from './find-records.ts';
import type { Inbound } from './inbound.ts';

/** The base that holds the figures of an invoice as they were brought last. */
const FIGURES = '@figures';
/** Open invoices looked through in one turn; the next turn goes on behind them. */
export const OPEN_PER_TURN = 1_000;

/** What to remember of a document that was brought: nothing, where its figures cannot move. */
export function basesOfFigures(inbound: Inbound, mapping: EntityMapping, figures: Values): Base[] {
  if (!hasFigure(mapping, 'balance') || figures['balance'] === undefined) return [];
  const key = inbound.deps.hashKey(inbound.org);
  const { paid, balance, paymentStatus, paidOn } = figures;
  const hash = key.hash(JSON.stringify([paid, balance, paymentStatus, paidOn]));
  const base = { field: FIGURES, salesforceHash: hash, dynamicsHash: hash };
  return [{ ...base, mappingVersion: mapping.version, keyId: key.keyId }];
}

type Swept = { readonly mapping: EntityMapping; readonly entity: EntityDescription };
/** A record in Dynamics whose unit is linked. */
export type LinkedRecord = { readonly record: EntityRecord; readonly unit: Unit };

/** Of linked invoices those whose figures are others now than when they were brought last, or were brought by another mapping. */
export async function movedDocuments(
  inbound: Inbound,
  { mapping, entity }: Swept,
  linked: readonly LinkedRecord[],
): Promise<EntityRecord[]> {
  if (!hasFigure(mapping, 'balance') || linked.length === 0) return [];
  const numbers = linked.flatMap(({ record }) => numberOf(mapping, entity, record) ?? []);
  const request = { company: inbound.company, invoiceNumbers: numbers };
  const settlements = Map.groupBy(
    await inbound.connector.settlements(request, inbound.io),
    ({ invoiceNumber }) => invoiceNumber,
  );
  const known = new Map(
    (await inbound.deps.store.linksOfUnits(linked.map(({ unit }) => unit))).map(({ link, bases }) => [
      link.unit.recordId,
      bases.find(({ field }) => field === FIGURES),
    ]),
  );
  return linked
    .filter(({ record, unit }) => {
      const own: readonly Settlement[] = settlements.get(numberOf(mapping, entity, record) ?? '') ?? [];
      const [now] = basesOfFigures(inbound, mapping, balanceFigures(mapping, record, own));
      const before = known.get(unit.recordId);
      return now !== undefined && !isSame(now, before);
    })
    .map(({ record }) => record);
}

function isSame(now: Base, before: Base | undefined): boolean {
  return (
    before?.dynamicsHash === now.dynamicsHash &&
    before.mappingVersion === now.mappingVersion &&
    before.keyId === now.keyId
  );
}

/** The next invoices that Salesforce shows as open, in the order of their numbers, and where the turn after them goes on. */
export async function openDocuments(
  inbound: Inbound,
  { mapping }: Swept,
  after: string,
): Promise<{ readonly records: readonly EntityRecord[]; readonly next: string }> {
  if (!hasFigure(mapping, 'balance') || mapping.salesforceObject !== 'Invoice__c') return { records: [], next: '' };
  const { connector, company } = inbound;
  const rows = await inbound.salesforce.query(
    `SELECT Name, BalanceAmount__c FROM Invoice__c WHERE Connection__c = '${quoted(connector.connection)}' AND Company__c = '${quoted(company)}' ` +
      `AND BalanceAmount__c != 0 AND Name > '${quoted(after)}' ORDER BY Name LIMIT ${OPEN_PER_TURN}`,
  );
  const numbers = rows.map(({ Name: name }) => String(name));
  const next = numbers.length < OPEN_PER_TURN ? '' : (numbers.at(-1) ?? '');
  return { records: await findNumbered(inbound, mapping, numbers), next };
}

function quoted(text: string): string {
  return text.replace(/[\\']/g, String.raw`\$&`);
}
