import { RelayError } from '../errors.ts';
import type { ObjectDescription, SalesforceField, SalesforceFieldType } from '../sync/mapping.ts';
import { toCallError } from './faults.ts';
import type { SalesforceSession } from './session.ts';
import { soqlName } from './soql.ts';

const KEPT_MS = 5 * 60_000;

/** Describes objects; each once in five minutes however many ask. Throws MAPPING_INVALID for an object that the user cannot see. */
export type Describe = (object: string) => Promise<ObjectDescription>;

type RawField = {
  readonly name: string;
  readonly type: string;
  readonly length: string;
  readonly scale: string;
  readonly referenceTo: readonly string[];
  readonly relationshipName: string | null;
  readonly updateable: boolean;
};

type RawDescription = {
  readonly name: string;
  readonly fields: readonly RawField[];
  readonly childRelationships: readonly {
    readonly childSObject: string;
    readonly field: string;
    readonly relationshipName: string | null;
  }[];
};

const TYPES: Readonly<Record<string, SalesforceFieldType>> = {
  string: 'string',
  textarea: 'string',
  phone: 'string',
  url: 'string',
  email: 'string',
  encryptedstring: 'string',
  combobox: 'string',
  double: 'number',
  int: 'number',
  long: 'number',
  currency: 'number',
  percent: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  reference: 'reference',
  id: 'id',
  picklist: 'picklist',
  multipicklist: 'multipicklist',
};

/** A describe that keeps what it read for five minutes: as long may a field that was just added stay unknown. */
export function createDescribe(deps: { readonly session: SalesforceSession; readonly clock: () => Date }): Describe {
  const kept = new Map<string, { readonly until: number; readonly description: Promise<ObjectDescription> }>();

  return (object) => {
    const now = deps.clock().getTime();
    const known = kept.get(object);
    if (known !== undefined && now < known.until) return known.description;
    const description = readDescription(deps.session, object);
    const entry = { until: now + KEPT_MS, description };
    kept.set(object, entry);
    description.catch(() => {
      if (kept.get(object) === entry) kept.delete(object);
    });
    return description;
  };
}

async function readDescription(session: SalesforceSession, object: string): Promise<ObjectDescription> {
  const path = `/sobjects/${soqlName(object)}/describe`;
  const reply = await session.send({ method: 'GET', path, what: `describe ${object}` });
  if (reply.ok) return reduce(reply.body as RawDescription);
  if (reply.status === 404) {
    throw new RelayError(
      'MAPPING_INVALID',
      `Salesforce has no object "${object}", or the relay's user may not see it. Correct the mapping or give the user access.`,
    );
  }
  throw toCallError(reply.errors, `describe ${object}`);
}

// Compound, binary and untyped fields are left out: a mapping that names one is told that there is no such field.
function reduce(raw: RawDescription): ObjectDescription {
  const fields = raw.fields.flatMap((field): [string, SalesforceField][] => {
    const type = TYPES[field.type];
    return type === undefined ? [] : [[field.name, toField(field, type)]];
  });
  const children = raw.childRelationships.flatMap(({ relationshipName, childSObject, field }) =>
    relationshipName === null ? [] : [[relationshipName, { object: childSObject, field }] as const],
  );
  return { name: raw.name, fields: new Map(fields), children: new Map(children) };
}

function toField(raw: RawField, type: SalesforceFieldType): SalesforceField {
  return {
    name: raw.name,
    type,
    length: Number(raw.length),
    scale: Number(raw.scale),
    referenceTo: raw.referenceTo,
    relationshipName: raw.relationshipName,
    isUpdateable: raw.updateable,
    ...(raw.type === 'percent' ? { isPercent: true } : {}),
  };
}
