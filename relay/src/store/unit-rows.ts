import { type Unit } from '../sync/unit.ts';

/** The columns that name a unit, in the order of their index. */
export const UNIT_COLUMNS = 'org, record_id, mapping, connection, company';

/** A row that names a unit. */
export type UnitRow = {
  readonly org: string;
  readonly record_id: string;
  readonly mapping: string;
  readonly connection: string;
  readonly company: string;
};

/** The units as five arrays, for `unnest($1::text[], …, $5::text[])`: one statement, however many units. */
export function unitArrays(units: readonly Unit[]): string[][] {
  return [
    units.map((unit) => unit.org),
    units.map((unit) => unit.recordId),
    units.map((unit) => unit.mapping),
    units.map((unit) => unit.connection),
    units.map((unit) => unit.company),
  ];
}

/** `unnest` of the first five parameters as table `wanted` with the unit's columns. */
export const WANTED_UNITS = `unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as wanted (${UNIT_COLUMNS})`;

/**
 * True for the row of `alias` that belongs to the wanted unit, for use in a lateral subquery with a limit: it keeps the planner at
 * one look into the unit's index per unit. A join it would answer by reading the whole table while that has no statistics yet, which is
 * during a first load.
 */
export const isWanted = (alias: string): string =>
  UNIT_COLUMNS.split(', ')
    .map((column) => `${alias}.${column} = wanted.${column}`)
    .join(' and ');

/** The unit that a row names. */
export function toUnit(row: UnitRow): Unit {
  return {
    org: row.org,
    recordId: row.record_id,
    mapping: row.mapping,
    connection: row.connection,
    company: row.company,
  };
}

/** A text that tells units apart and sorts them as the index does. */
export function unitIdentity(unit: Unit): string {
  return [unit.org, unit.recordId, unit.mapping, unit.connection, unit.company].join('\u0000');
}
