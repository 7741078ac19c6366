import { type MetadataRecord } from './read-source.ts';
import { type Field, type ObjectType } from './schema.ts';

/** A managed package in the org: its components answer to their name with the prefix, and to no other. */
export type InstalledPackage = {
  readonly namespace: string;
  /** The package's folders in source format, where names have no prefix. */
  readonly sources: readonly string[];
};

/** The objects as they are once the package is installed; what is custom in them is the package's. */
export function install(objects: readonly ObjectType[], namespace: string): ObjectType[] {
  const custom = new Set(objects.filter(({ kind }) => kind !== 'standard').map(({ name }) => name));
  const object = (name: string): string => (custom.has(name) ? `${namespace}__${name}` : name);
  return objects.map((one) => {
    const fields = [...one.fields.values()].map((field) => installedField(field, namespace, object));
    return {
      ...one,
      name: object(one.name),
      fields: new Map(fields.map((field) => [field.name.toLowerCase(), field])),
    };
  });
}

function installedField(field: Field, namespace: string, object: (name: string) => string): Field {
  const member = (name: string): string => `${namespace}__${name}`;
  const { reference } = field;
  const target = reference === null ? null : { ...reference, to: reference.to.map(object) };
  if (!field.isCustom) return { ...field, reference: target };
  return {
    ...field,
    name: member(field.name),
    formula: field.formula?.replace(/\b[A-Za-z]\w*__[cr]\b/g, member) ?? null,
    reference: target && {
      ...target,
      relationshipName: target.relationshipName && member(target.relationshipName),
      childRelationshipName: target.childRelationshipName && member(target.childRelationshipName),
    },
  };
}

/** A record of one of the package's types, named as the org names it; `isPackaged` for those that came with the package. */
export function installedRecord(record: MetadataRecord, namespace: string, isPackaged: boolean): MetadataRecord {
  const name = (source: string): string => `${namespace}__${source}`;
  return {
    ...record,
    type: name(record.type),
    namespace: isPackaged ? namespace : null,
    values: new Map([...record.values].map(([field, value]) => [name(field), value])),
  };
}
