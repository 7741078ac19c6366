import type { Salesforce } from '../../salesforce/salesforce.ts';
import type { Configuration, EntityMapping } from '../mapping.ts';
import { route } from '../route.ts';
import { select } from '../select.ts';
import type { Intent, SalesforceRecord } from '../unit.ts';

type Org = { readonly salesforce: Salesforce; readonly configuration: Configuration };

/** What to do about creates that were left behind: records to ask for again, as `<record id>/<mapping>`, and intents to close. */
export type Judgement = { readonly ask: readonly string[]; readonly close: readonly Intent[] };

const RECORD_ID = /^[A-Za-z0-9]{15,18}$/;

/**
 * Judges creates whose run died: one of a record that Salesforce still wants in that company is looked up by sending the record
 * again, one of a line by sending its document; a record that is deleted, or wanted no longer, has nothing to wait for.
 */
export async function judgeLeftBehind(org: Org, intents: readonly Intent[]): Promise<Judgement> {
  const ask = new Set<string>();
  const close: Intent[] = [];
  for (const [name, group] of Map.groupBy(intents, ({ unit }) => unit.mapping)) {
    const judged = await judgeMapping(org, name, group);
    for (const key of judged.ask) ask.add(key);
    close.push(...judged.close);
  }
  return { ask: [...ask], close };
}

function judgeMapping(org: Org, name: string, intents: readonly Intent[]): Promise<Judgement> {
  const mapping = org.configuration.mappings.get(name);
  if (mapping !== undefined) return judgeRecords(org, mapping, intents);
  for (const parent of org.configuration.mappings.values()) {
    const child = parent.children.find((one) => one.name === name);
    if (child !== undefined) return judgeLines(org, { parent, child }, intents);
  }
  return Promise.resolve({ ask: [], close: intents });
}

async function judgeRecords(org: Org, mapping: EntityMapping, intents: readonly Intent[]): Promise<Judgement> {
  const records = await org.salesforce.readRecords({
    type: mapping.salesforceObject,
    ids: [...new Set(intents.map(({ unit }) => unit.recordId))],
    fields: mapping.reads,
    children: [],
  });
  const byId = new Map(records.map((record) => [record.id, record]));
  const { true: wanted = [], false: unwanted = [] } = Object.groupBy(intents, (intent) =>
    isWanted(mapping, byId.get(intent.unit.recordId), intent) ? 'true' : 'false',
  );
  return { ask: wanted.map(({ unit }) => `${unit.recordId}/${mapping.name}`), close: unwanted };
}

/** A formula that fails proves nothing: the record is asked for, and its own run tells the fault. */
function isWanted(mapping: EntityMapping, record: SalesforceRecord | undefined, { unit }: Intent): boolean {
  if (record === undefined) return false;
  const selected = select(mapping, record);
  if (!selected.wanted) return selected.fault.code !== 'NOT_WANTED';
  const { routed, faults } = route(mapping, record);
  if (faults.some(({ code }) => code !== 'COMPANY_NOT_ROUTED')) return true;
  return routed.some(({ connection, company }) => connection === unit.connection && company === unit.company);
}

async function judgeLines(
  org: Org,
  { parent, child }: { readonly parent: EntityMapping; readonly child: EntityMapping },
  intents: readonly Intent[],
): Promise<Judgement> {
  const description = await org.salesforce.describe(parent.salesforceObject);
  const relationship = description.children.get(child.childRelationship ?? '');
  if (relationship === undefined) return { ask: [], close: intents };
  const ids = intents.map(({ unit }) => unit.recordId).filter((id) => RECORD_ID.test(id));
  const { object, field } = relationship;
  const list = ids.map((id) => `'${id}'`).join(', ');
  const rows =
    list === '' ? [] : await org.salesforce.query(`SELECT Id, ${field} FROM ${object} WHERE Id IN (${list})`);
  const documents = new Map(rows.map((row) => [row['Id'], row[field]]));
  return {
    ask: [...new Set(documents.values())].flatMap((id) => (typeof id === 'string' ? [`${id}/${parent.name}`] : [])),
    close: intents.filter(({ unit }) => typeof documents.get(unit.recordId) !== 'string'),
  };
}
