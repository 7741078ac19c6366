import { NAMESPACE, type EntitySet, type Property, type Schema } from './schema.ts';

const HEAD = `<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
  <edmx:DataServices>
    <Schema Namespace="${NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">
`;
const TAIL = `    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
`;

function isNullable({ kind, isKey }: Property): boolean {
  return !isKey && (kind === 'String' || kind === 'Enum');
}

function propertyElement(property: Property): string {
  const type = property.enumName === null ? `Edm.${property.kind}` : `${NAMESPACE}.${property.enumName}`;
  const nullable = isNullable(property) ? '' : ' Nullable="false"';
  const scale = property.kind === 'Decimal' ? ' Scale="variable"' : '';
  return `        <Property Name="${property.name}" Type="${type}"${nullable}${scale} />\n`;
}

function navigationElements(set: EntitySet, schema: Schema): string {
  return [...set.navigation.values()]
    .map(({ name, target, isCollection }) => {
      const type = `${NAMESPACE}.${schema.sets.get(target)?.type ?? ''}`;
      return `        <NavigationProperty Name="${name}" Type="${isCollection ? `Collection(${type})` : type}" />\n`;
    })
    .join('');
}

function entityType(set: EntitySet, schema: Schema): string {
  const keys = set.keys.map((key) => `          <PropertyRef Name="${key}" />\n`).join('');
  const properties = [...set.properties.values()].map(propertyElement).join('');
  return `      <EntityType Name="${set.type}">\n        <Key>\n${keys}        </Key>\n${properties}${navigationElements(set, schema)}      </EntityType>\n`;
}

function enumType(name: string, members: readonly string[]): string {
  const elements = members.map((member, value) => `        <Member Name="${member}" Value="${value}" />\n`).join('');
  return `      <EnumType Name="${name}">\n${elements}      </EnumType>\n`;
}

function entitySetElement(set: EntitySet): string {
  const bindings = [...set.navigation.values()]
    .map(({ name, target }) => `          <NavigationPropertyBinding Path="${name}" Target="${target}" />\n`)
    .join('');
  const head = `        <EntitySet Name="${set.name}" EntityType="${NAMESPACE}.${set.type}"`;
  return bindings === '' ? `${head} />\n` : `${head}>\n${bindings}        </EntitySet>\n`;
}

// Real documents reach tens of megabytes; the padding has the same texture: types with keys and mixed properties.
function padding(bytes: number): { types: string; sets: string } {
  const types: string[] = [];
  const sets: string[] = [];
  for (let size = 0, number = 1; size < bytes; number += 1) {
    const name = `SimulatedPaddingEntity${number}`;
    const properties = Array.from(
      { length: 60 },
      (_, index) =>
        `        <Property Name="SimulatedField${index}" Type="${index % 3 === 0 ? 'Edm.Decimal" Nullable="false" Scale="variable' : 'Edm.String'}" />\n`,
    ).join('');
    const type = `      <EntityType Name="${name}">\n        <Key>\n          <PropertyRef Name="SimulatedField0" />\n        </Key>\n${properties}      </EntityType>\n`;
    const set = `        <EntitySet Name="${name}s" EntityType="${NAMESPACE}.${name}" />\n`;
    types.push(type);
    sets.push(set);
    size += type.length + set.length;
  }
  return { types: types.join(''), sets: sets.join('') };
}

/** The CSDL document of the environment, padded to at least `paddingBytes` more for measurements. */
export function metadataDocument(schema: Schema, paddingBytes: number): Buffer {
  const extra = padding(paddingBytes);
  const sets = [...schema.sets.values()];
  const types = sets.map((set) => entityType(set, schema)).join('');
  const enums = [...schema.enums].map(([name, members]) => enumType(name, members)).join('');
  const container = `      <EntityContainer Name="Resources">\n${sets.map(entitySetElement).join('')}${extra.sets}      </EntityContainer>\n`;
  return Buffer.from(HEAD + types + extra.types + enums + container + TAIL);
}
