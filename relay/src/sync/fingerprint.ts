import type { Value } from '../dynamics/connector.ts';
import type { MappedField } from './map.ts';
import type { EntityMapping } from './mapping.ts';
import type { HashKey } from './merge.ts';
import type { Unit } from './unit.ts';

/**
 * Names what would be sent, document and lines: an approval is bound to it, so that any later change of a value, a line or the mapping
 * is held again. The order of fields and lines plays no part.
 */
export function fingerprint(
  mapping: EntityMapping,
  mapped: {
    readonly document: readonly MappedField[];
    readonly lines: readonly { readonly unit: Unit; readonly mapped: readonly MappedField[] }[];
  },
  key: HashKey,
): string {
  const lines = mapped.lines.map((line) => [line.unit.mapping, line.unit.recordId, valuesOf(line.mapped)] as const);
  const sorted = lines.toSorted((a, b) => compare(`${a[0]}/${a[1]}`, `${b[0]}/${b[1]}`));
  return key.hash(JSON.stringify([mapping.name, valuesOf(mapped.document), sorted]));
}

function valuesOf(mapped: readonly MappedField[]): [string, string, Value][] {
  return mapped
    .map(({ field, dynamicsField, value }): [string, string, Value] => [field.name, dynamicsField, value])
    .toSorted((a, b) => compare(a[0], b[0]));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
