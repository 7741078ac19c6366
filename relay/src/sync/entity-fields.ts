import type { EntityDescription, EntityRecord } from '../dynamics/connector.ts';
import type { EntityMapping } from './mapping.ts';

const known = new WeakMap<EntityMapping, { readonly entity: EntityDescription; readonly fields: readonly string[] }>();

/** Every field of the entity set that a mapping reads or must see to decide; the same list each time it is asked for. */
export function fieldsToRead(mapping: EntityMapping, entity: EntityDescription): readonly string[] {
  const last = known.get(mapping);
  if (last?.entity === entity) return last.fields;
  const fields = findFields(mapping, entity);
  known.set(mapping, { entity, fields });
  return fields;
}

/** In the order of the metadata, which is the order in which Dynamics answers them. */
function findFields(mapping: EntityMapping, entity: EntityDescription): string[] {
  const { options } = mapping;
  const parents = mapping.children.flatMap((child) => Object.values(child.options.parentKey ?? {}));
  const wanted = [
    ...entity.key,
    ...mapping.fields.flatMap((field) => [field.dynamicsField, ...(field.inboundFormula?.reads ?? [])]),
    ...(mapping.direction === 'ToSalesforce' ? (mapping.criteria?.reads ?? []) : []),
    ...parents,
    ...Object.keys(options.parentKey ?? {}),
    mapping.markerField,
    options.hold?.field,
    options.final?.field,
    options.deactivate?.field,
    options.numberField,
    entity.modifiedField,
  ];
  const names = new Set(wanted);
  return [...entity.fields.keys()].filter((name) => names.has(name));
}

/** The number that people know a record by: what the mapping names, else the last part of its key. */
export function numberOf(mapping: EntityMapping, entity: EntityDescription, record: EntityRecord): string | null {
  const field = mapping.options.numberField ?? entity.key.findLast((name) => name !== entity.companyField);
  const value = field === undefined ? null : (record.key[field] ?? record.values[field] ?? null);
  return typeof value === 'string' ? value : null;
}
