import { RelayError } from '../errors.ts';
import type { ObjectDescription, SalesforceField, SalesforceFieldType } from '../sync/mapping.ts';
import { toCallError } from './faults.ts';
import type { Prefix } from './namespace.ts';
import { memberNames, type Names, objectNames } from './package-names.ts';
import type { SalesforceSession } from './session.ts';
import { soqlName } from './soql.ts';

const KEPT_MS = 5 * 60_000;

/** An object in the words of mappings, with its name in the org and how the org names its fields and relationships. */
export type OrgObject = { readonly description: ObjectDescription; readonly nameInOrg: string; readonly names: Names };

/** Describes objects; each once in five minutes however many ask. Throws MAPPING_INVALID for an object that the user cannot see. */
export type Describe = (object: string) => Promise<OrgObject>;

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
export function createDescribe(deps: {
  readonly session: SalesforceSession;
  readonly prefix: Prefix;
  readonly clock: () => Date;
}): Describe {
  const kept = new Map<string, { readonly until: number; readonly description: Promise<OrgObject> }>();

  return (object) => {
    const now = deps.clock().getTime();
    const known = kept.get(object);
    if (known !== undefined && now < known.until) return known.description;
    const description = readDescription(deps, object);
    const entry = { until: now + KEPT_MS, description };
    kept.set(object, entry);
    description.catch(() => {
      if (kept.get(object) === entry) kept.delete(object);
    });
    return description;
  };
}

async function readDescription(
  { session, prefix }: { readonly session: SalesforceSession; readonly prefix: Prefix },
  object: string,
): Promise<OrgObject> {
  const before = await prefix();
  const nameInOrg = objectNames(before).inOrg(soqlName(object));
  const reply = await session.send({
    method: 'GET',
    path: `/sobjects/${nameInOrg}/describe`,
    what: `describe ${object}`,
  });
  if (reply.ok) return reduce(reply.body as RawDescription, nameInOrg, before);
  if (reply.status === 404) {
    throw new RelayError(
      'MAPPING_INVALID',
      `Salesforce has no object "${object}", or the relay's user may not see it. Correct the mapping or give the user access.`,
    );
  }
  throw toCallError(reply.errors, `describe ${object}`);
}

// Compound, binary and untyped fields are left out: a mapping that names one is told that there is no such field.
function reduce(raw: RawDescription, nameInOrg: string, prefix: string): OrgObject {
  const objects = objectNames(prefix);
  const names = memberNames(prefix, membersOf(raw));
  const ofChild = memberNames(prefix, []);
  const fields = raw.fields.flatMap((field): [string, SalesforceField][] => {
    const type = TYPES[field.type];
    if (type === undefined) return [];
    const known = toField(field, type, { objects, members: names });
    return [[known.name, known]];
  });
  const children = raw.childRelationships.flatMap(({ relationshipName, childSObject, field }) =>
    relationshipName === null
      ? []
      : [[names.here(relationshipName), { object: objects.here(childSObject), field: ofChild.here(field) }] as const],
  );
  const description = { name: objects.here(raw.name), fields: new Map(fields), children: new Map(children) };
  return { description, nameInOrg, names };
}

function membersOf({ fields, childRelationships }: RawDescription): string[] {
  const relationships = [...fields, ...childRelationships].flatMap(({ relationshipName }) => relationshipName ?? []);
  return [...fields.map(({ name }) => name), ...relationships];
}

function toField(
  raw: RawField,
  type: SalesforceFieldType,
  { objects, members }: { readonly objects: Names; readonly members: Names },
): SalesforceField {
  return {
    name: members.here(raw.name),
    type,
    length: Number(raw.length),
    scale: Number(raw.scale),
    referenceTo: raw.referenceTo.map((name) => objects.here(name)),
    relationshipName: raw.relationshipName === null ? null : members.here(raw.relationshipName),
    isUpdateable: raw.updateable,
    ...(raw.type === 'percent' ? { isPercent: true } : {}),
  };
}
