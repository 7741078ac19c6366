import { type Field, fieldNamed, type ObjectType } from '../../metadata/schema.ts';
import { runSoql } from '../../soql/execute.ts';
import { coerce, type FieldValue, type Row } from '../../store/values.ts';
import { currentExecution, type Execution, nowOf } from '../execution/execution.ts';
import { type ApexSObject } from './apex-sobject.ts';
import { toApexValue, toFieldInput } from './field-values.ts';

class Undo extends Error {}

/** The formula over exactly these values: the row is written for a moment and asked. */
export function computeFormula(execution: Execution, object: ObjectType, row: Row, field: Field): unknown {
  const { store } = execution.org;
  const id = String(row['Id'] ?? store.newId(object));
  let value: FieldValue = null;
  try {
    store.db.transaction(() => {
      if (store.get(object, id)) store.update(object, id, row);
      else store.insert(object, { ...row, Id: id });
      const now = new Date(nowOf(execution)).toISOString();
      const noBinds = (): never => {
        throw new Error('A formula has no binds.');
      };
      const soql = `SELECT ${field.name} FROM ${object.name} WHERE Id = '${id}'`;
      const [found] = runSoql({ store, now, binds: noBinds, withDeleted: true }, soql).records[0]?.values ?? [];
      if (found?.kind === 'value') value = found.value;
      throw new Undo();
    });
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
  }
  return toApexValue(field, value);
}

/** The formula over what the record has in memory, whether or not it is saved. */
export function formulaInMemory(record: ApexSObject, formula: Field): unknown {
  const { object } = record;
  if (!object) return null;
  const row: Row = { IsDeleted: false };
  for (const [name, value] of record.entries) {
    const field = fieldNamed(object, name);
    if (field && field.formula === null) row[field.name] = coerce(field, toFieldInput(value));
  }
  return computeFormula(currentExecution(), object, row, formula);
}
