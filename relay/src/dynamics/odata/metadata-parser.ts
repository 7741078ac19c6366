import { SaxesParser, type SaxesTagPlain } from 'saxes';
import type { EntityDescription, EntityField, FieldType } from '../connector.ts';

/** What `$metadata` says, kept small: types are packed texts that are unpacked for the entity sets that are asked for. */
export type MetadataIndex = {
  readonly entitySets: ReadonlyMap<string, string>;
  describe(entitySet: string): EntityDescription | null;
};

/**
 * Reads a `$metadata` document piece by piece; memory grows with the names in it, not with the
 * document. What is no metadata (a login page, a broken stream) ends as null.
 */
export type MetadataParser = { write(text: string): void; end(): MetadataIndex | null };

type PackedType = {
  readonly base: string;
  readonly key: string;
  readonly properties: string;
  readonly navigation: string;
};

// Fields that tell when a record last changed, best first.
const MODIFIED_FIELDS = ['ModifiedDateTime', 'LastModifiedDateTime', 'ModifiedOn', 'LastEditDateTime'];
const COMPANY_FIELD = 'dataAreaId';

const INTEGERS: Readonly<Record<string, 16 | 32 | 64>> = {
  'Edm.Byte': 16,
  'Edm.SByte': 16,
  'Edm.Int16': 16,
  'Edm.Int32': 32,
  'Edm.Int64': 64,
};

// Slices of a chunk keep the whole chunk alive; a copy through bytes does not.
function detached(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** Starts reading a document. */
export function createMetadataParser(): MetadataParser {
  const types = new Map<string, PackedType>();
  const enums = new Map<string, string>();
  const entitySets = new Map<string, string>();
  const parser = new SaxesParser();
  let namespace = '';
  let open: { name: string; base: string; key: string[]; properties: string[]; navigation: string[] } | null = null;
  let openEnum: { name: string; members: string[] } | null = null;

  const opening: Readonly<Record<string, (attributes: SaxesTagPlain['attributes']) => void>> = {
    Schema: ({ Namespace = '' }) => void (namespace = Namespace),
    EntityType: ({ Name = '', BaseType = '' }) => {
      open = { name: `${namespace}.${Name}`, base: BaseType, key: [], properties: [], navigation: [] };
    },
    PropertyRef: ({ Name = '' }) => void open?.key.push(Name),
    Property: ({ Name = '', Type = '', MaxLength = '' }) =>
      void open?.properties.push(`${Name}\t${Type}\t${MaxLength}`),
    NavigationProperty: ({ Name = '', Type = '' }) => void open?.navigation.push(`${Name}\t${Type}`),
    EnumType: ({ Name = '' }) => void (openEnum = { name: `${namespace}.${Name}`, members: [] }),
    Member: ({ Name = '' }) => void openEnum?.members.push(Name),
    EntitySet: ({ Name = '', EntityType = '' }) => void entitySets.set(detached(Name), detached(EntityType)),
  };
  const closing: Readonly<Record<string, () => void>> = {
    EntityType: () => {
      if (open !== null) types.set(detached(open.name), packed(open));
      open = null;
    },
    EnumType: () => {
      if (openEnum !== null) enums.set(detached(openEnum.name), detached(openEnum.members.join('\n')));
      openEnum = null;
    },
  };
  parser.on('opentag', (tag) => opening[local(tag.name)]?.(tag.attributes));
  parser.on('closetag', (tag) => closing[local(tag.name)]?.());

  let isBroken = false;
  parser.on('error', () => (isBroken = true));

  return {
    write: (text) => {
      if (!isBroken) parser.write(text);
    },
    end: () => {
      if (!isBroken) parser.close();
      if (isBroken || entitySets.size === 0) return null;
      return { entitySets, describe: (entitySet) => describe({ types, enums, entitySets }, entitySet) };
    },
  };
}

function local(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

function packed(open: { base: string; key: string[]; properties: string[]; navigation: string[] }): PackedType {
  return {
    base: detached(open.base),
    key: detached(open.key.join('\n')),
    properties: detached(open.properties.join('\n')),
    navigation: detached(open.navigation.join('\n')),
  };
}

type Tables = {
  readonly types: ReadonlyMap<string, PackedType>;
  readonly enums: ReadonlyMap<string, string>;
  readonly entitySets: ReadonlyMap<string, string>;
};

function describe(tables: Tables, entitySet: string): EntityDescription | null {
  const entityType = tables.entitySets.get(entitySet);
  if (entityType === undefined) return null;
  const chain = inheritance(tables, entityType);
  const key = chain.flatMap((type) => lines(type.key));
  const fields = new Map<string, EntityField>();
  for (const line of chain.flatMap((type) => lines(type.properties))) {
    const [name = '', type = '', maxLength = ''] = line.split('\t');
    fields.set(name, { name, type: fieldType(type, maxLength, tables.enums), isKey: key.includes(name) });
  }
  const navigation = chain.flatMap((type) => lines(type.navigation)).map((line) => line.split('\t'));
  return {
    entitySet,
    entityType,
    key,
    companyField: fields.has(COMPANY_FIELD) ? COMPANY_FIELD : null,
    fields,
    navigation: new Map(navigation.map(([name = '', type = '']) => [name, type])),
    modifiedField: MODIFIED_FIELDS.find((name) => fields.get(name)?.type.kind === 'dateTime') ?? null,
  };
}

/** A type with its ancestors, the root first, as keys and properties are inherited. */
function inheritance(tables: Tables, name: string): PackedType[] {
  const chain: PackedType[] = [];
  const seen = new Set<string>();
  for (let next = name; next !== '' && !seen.has(next);) {
    seen.add(next);
    const type = tables.types.get(next);
    if (type === undefined) break;
    chain.unshift(type);
    next = type.base;
  }
  return chain;
}

function lines(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

function fieldType(type: string, maxLength: string, enums: ReadonlyMap<string, string>): FieldType {
  const members = enums.get(type);
  if (members !== undefined) {
    return { kind: 'enum', name: type.slice(type.lastIndexOf('.') + 1), members: lines(members) };
  }
  const bits = INTEGERS[type];
  if (bits !== undefined) return { kind: 'integer', bits };
  switch (type) {
    case 'Edm.String':
      return { kind: 'string', maxLength: /^\d+$/.test(maxLength) ? Number(maxLength) : null };
    case 'Edm.Decimal':
    case 'Edm.Double':
    case 'Edm.Single':
      return { kind: 'decimal' };
    case 'Edm.Boolean':
      return { kind: 'boolean' };
    case 'Edm.DateTimeOffset':
      return { kind: 'dateTime' };
    case 'Edm.Date':
      return { kind: 'date' };
    case 'Edm.Guid':
      return { kind: 'guid' };
    default:
      return { kind: 'other', name: type };
  }
}
