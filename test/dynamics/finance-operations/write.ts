import { checkDimensions } from './dimensions.ts';
import { type Environment, field } from './environment.ts';
import { readFields } from './fields.ts';
import { Refusal, fieldRefused, infolog, writeRefused } from './refusals.ts';
import { checkRelations } from './relations.ts';
import { roundValues } from './rounding.ts';
import { RULES, READ_ONLY_TABLES } from './rules.ts';
import { type EntitySet } from './schema.ts';
import { type Row, type Values } from './state.ts';
import { etagOf } from './wire.ts';

function refuseReadOnly(set: EntitySet): void {
  if (READ_ONLY_TABLES.has(set.table))
    throw writeRefused(set.aot, `Records of ${set.name} cannot be changed through the data entity`);
}

function companyOf(set: EntitySet, given: Readonly<Values>, callerCompany: string, environment: Environment): string {
  if (set.companyField === null) return callerCompany;
  const company = given[set.companyField] ?? callerCompany;
  if (environment.state.get('Companies', company) !== undefined) return company;
  throw fieldRefused(set.aot, set.companyField, `The company '${company}' does not exist.`);
}

function checkMandatory(set: EntitySet, values: Readonly<Values>): void {
  for (const property of set.properties.values()) {
    const isNeeded = property.isMandatory || (property.isKey && property.kind === 'String');
    const value = values[property.name] ?? (property.kind === 'String' ? '' : (property.fallback ?? ''));
    if (isNeeded && value === '') {
      throw infolog(set.aot, [
        `Warning: Field '${property.label}' must be filled in.`,
        `Warning: validateWrite failed on data source '${set.aot} (${set.aot})'`,
      ]);
    }
  }
}

function assignRecordKeys(set: EntitySet, values: Values, environment: Environment): void {
  for (const key of set.keys) {
    if (set.properties.get(key)?.kind !== 'Int64' || values[key] !== undefined) continue;
    values[key] = String(environment.state.nextRecId());
  }
}

function refuseDuplicate(set: EntitySet, values: Readonly<Values>, environment: Environment): void {
  const shape = environment.schema.tables.get(set.table);
  const keys = (shape?.keys ?? set.keys).map((key) => values[key] ?? shape?.fallbacks.get(key) ?? '');
  if (environment.state.get(set.table, ...keys) === undefined) return;
  const own = set.keys.filter((key) => key !== 'dataAreaId');
  const shown = own.map((key) => `${set.properties.get(key)?.label ?? key}: ${values[key] ?? ''}`).join(', ');
  const line = `Error: Cannot create a record in ${set.name} (${set.table}). ${shown}. The record already exists.`;
  throw infolog(set.aot, [line], environment.duplicateKeyStatus);
}

/** Creates a record in the order X++ does: given fields, their checks, defaulting, checks of the whole, write. */
export function createRecord(set: EntitySet, body: string, callerCompany: string, environment: Environment): Row {
  return environment.state.transaction(() => {
    refuseReadOnly(set);
    const fields = readFields(set, body);
    const company = companyOf(set, fields, callerCompany, environment);
    const given = roundValues(set, fields, { environment, company });
    const values: Values = { ...given };
    if (set.companyField !== null) values[set.companyField] = company;
    checkRelations(set, company, given, environment);
    checkDimensions(set, company, given, environment);
    const rules = RULES[set.table];
    const draft = { environment, set, company, given, values };
    rules?.complete?.(draft);
    assignRecordKeys(set, values, environment);
    checkMandatory(set, values);
    refuseDuplicate(set, values, environment);
    const row = environment.state.insert(set.table, values);
    rules?.created?.(row, draft);
    return row;
  });
}

/** Refuses a caller whose copy of the record is stale. */
export function checkTag(row: Row, ifMatch: string | undefined, { staleTags }: Environment): void {
  if (staleTags === 'ignored' || ifMatch === undefined || ifMatch === '*' || ifMatch === etagOf(row)) return;
  throw new Refusal(412, 'An error has occurred.', {
    inner:
      'An update conflict occurred due to another user process deleting the record or changing one or more fields in the record.',
    type: 'Microsoft.Dynamics.Ax.Xpp.UpdateConflictException',
  });
}

function changesOf(set: EntitySet, row: Row, given: Readonly<Values>): Values {
  for (const key of set.keys) {
    const value = given[key];
    if (value === undefined || value.toLowerCase() === field(row.values, key).toLowerCase()) continue;
    throw fieldRefused(set.aot, key, `Field '${set.properties.get(key)?.label ?? key}' cannot be changed.`);
  }
  return Object.fromEntries(Object.entries(given).filter(([name]) => !set.keys.includes(name)));
}

/** Changes the given fields of a record; its key cannot change. */
export function updateRecord(set: EntitySet, row: Row, body: string, environment: Environment): void {
  environment.state.transaction(() => {
    refuseReadOnly(set);
    const company = field(row.values, set.companyField ?? '');
    const fields = changesOf(set, row, readFields(set, body));
    const changes = roundValues(set, fields, { environment, company, row: row.values });
    checkRelations(set, company, changes, environment);
    checkDimensions(set, company, changes, environment);
    const rules = RULES[set.table];
    const change = { environment, set, row, given: { ...changes }, changes };
    rules?.change?.(change);
    checkMandatory(set, { ...row.values, ...changes });
    environment.state.update(row, changes);
    rules?.changed?.(change);
  });
}

/** Deletes a record, unless something depends on it. */
export function deleteRecord(set: EntitySet, row: Row, environment: Environment): void {
  environment.state.transaction(() => {
    refuseReadOnly(set);
    const rules = RULES[set.table];
    rules?.removing?.(row, set, environment);
    environment.state.remove(row);
    rules?.removed?.(row, environment);
  });
}
