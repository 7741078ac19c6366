import type { Value, Values } from '../../relay/src/dynamics/connector.ts';
import type { Salesforce, ShownUnit } from '../../relay/src/salesforce/salesforce.ts';

/** An org held in memory behind the relay's port: enough to see what the engine would write, and nothing more. */
export type FakeSalesforce = Salesforce & {
  put(type: string, id: string, fields: Values): void;
  get(type: string, id: string): Values;
  all(type: string): Values[];
  /** What people see of units, by unit key. */
  shown(unitKey: string): ShownUnit | undefined;
  /** How many writes changed something. */
  writes(): number;
  /** Runs before the next conditional write, as a person who saves at that moment. */
  beforeApply(act: () => void): void;
};

const QUERY = /FROM (\w+) WHERE (.+)$/;
const CONDITION = /(\w+) = '?([^' ]+)'?/g;

/** An empty org. */
export function createFakeSalesforce(org: string): FakeSalesforce {
  const tables = new Map<string, Map<string, Values>>();
  const shown = new Map<string, ShownUnit>();
  let writes = 0;
  let serial = 0;
  let interruption: (() => void) | null = null;
  const table = (type: string): Map<string, Values> => {
    const known = tables.get(type) ?? new Map<string, Values>();
    tables.set(type, known);
    return known;
  };
  const pick = (record: Values, names: readonly string[]): Values =>
    Object.fromEntries(names.map((name): [string, Value] => [name, record[name] ?? null]));
  const isSame = (record: Values, wanted: Values): boolean =>
    Object.entries(wanted).every(([name, value]) => (record[name] ?? null) === value);
  const merge = (type: string, id: string, wanted: Values): void => {
    writes += 1;
    table(type).set(id, { ...table(type).get(id), ...wanted });
  };

  return {
    org,
    put: (type, id, fields) => void table(type).set(id, { ...table(type).get(id), ...fields }),
    get: (type, id) => table(type).get(id) ?? {},
    all: (type) => [...table(type)].map(([id, fields]) => ({ Id: id, ...fields })),
    shown: (unitKey) => shown.get(unitKey),
    writes: () => writes,
    beforeApply: (act) => void (interruption = act),
    organization: async () => ({ id: org, name: 'Contoso', isSandbox: false }),
    describe: async () => Promise.reject(new Error('The fake org describes nothing.')),
    readConfiguration: async () => Promise.reject(new Error('The fake org has no configuration.')),
    apiBudget: () => null,
    readRecords: async ({ type, ids, fields }) =>
      ids.flatMap((id) => {
        const record = table(type).get(id);
        const systemModstamp = '2026-11-23T10:00:00Z';
        return record === undefined ? [] : [{ type, id, systemModstamp, fields: pick(record, fields), children: {} }];
      }),
    query: async (soql) => {
      const [, type = '', where = ''] = QUERY.exec(soql) ?? [];
      const conditions = [...where.matchAll(CONDITION)].map(([, field = '', value = '']) => [field, value] as const);
      const records = [...table(type)].map(([id, fields]): Values => ({ Id: id, ...fields }));
      return records.filter((record) => conditions.every(([field, value]) => record[field] === value));
    },
    upsertOwned: async (type, externalIdField, records) =>
      records.map(({ externalId, fields }) => {
        const known = [...table(type)].find(([, record]) => record[externalIdField] === externalId)?.[0];
        serial += known === undefined ? 1 : 0;
        const id = known ?? `a0${String(serial).padStart(13, '0')}AAA`;
        const wanted = { ...fields, [externalIdField]: externalId };
        const standing = table(type).get(id) ?? {};
        const written = Object.keys(wanted).filter((name) => !isSame(standing, pick(wanted, [name])));
        if (written.length > 0) merge(type, id, wanted);
        return { ok: true, id, isCreated: known === undefined, written };
      }),
    apply: async ({ type, id, expected, wanted, unit }) => {
      interruption?.();
      interruption = null;
      const record = table(type).get(id) ?? {};
      const isThere = isSame(record, wanted);
      if (!isThere && !isSame(record, pick(expected, Object.keys(wanted)))) {
        return { status: 'mismatch', current: record };
      }
      if (unit) shown.set(unit.unitKey, unit);
      if (isThere) return { status: 'unchanged' };
      merge(type, id, wanted);
      return { status: 'applied' };
    },
  };
}
