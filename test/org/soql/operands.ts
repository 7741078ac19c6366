import { defineField } from '../metadata/field.ts';
import { isNumeric } from '../metadata/schema.ts';
import { notSupported, RecordError } from '../record-error.ts';
import { comparesWithoutCase } from '../store/record-store.ts';
import { type AggregateName, type Operand } from './ast.ts';
import { type ComparedField } from './compare.ts';
import { resolvePath, type Scope } from './scope.ts';

/** An operand as SQL with the field its value reads like. */
export function operandSql(scope: Scope, operand: Operand): ComparedField {
  if (operand.kind === 'field') return resolvePath(scope, operand.path);
  if (operand.kind === 'label') return labelSql(scope, resolvePath(scope, operand.path));
  if (operand.kind === 'dateFunction') return dateFunctionSql(scope, operand);
  if (operand.path === null) return { sql: 'number_key(count(*))', field: COUNT_FIELD };
  return aggregateSql(operand.name, resolvePath(scope, operand.path));
}

/** A picklist's labels instead of its values; an inactive value is its own label. */
function labelSql({ parameters }: Scope, { sql, field }: ComparedField): ComparedField {
  if (field.type === 'multipicklist') throw notSupported('toLabel of a multi-select picklist');
  const named = field.picklist.filter(({ value, label }) => value !== label);
  if (named.length === 0) return { sql, field };
  const cases = named.map(({ value, label }) => `WHEN ${parameters.share(value)} THEN ${parameters.share(label)}`);
  return { sql: `CASE ${sql} ${cases.join(' ')} ELSE ${sql} END`, field };
}

function aggregateSql(name: AggregateName, { sql, field }: ComparedField): ComparedField {
  switch (name) {
    case 'COUNT':
      return { sql: `number_key(count(${sql}))`, field: COUNT_FIELD };
    case 'COUNT_DISTINCT':
      return {
        sql: `number_key(count(DISTINCT ${comparesWithoutCase(field) ? `fold(${sql})` : sql}))`,
        field: COUNT_FIELD,
      };
    case 'MIN':
    case 'MAX':
      return { sql: `${name.toLowerCase()}(${sql})`, field };
    case 'SUM':
    case 'AVG':
      if (!isNumeric(field)) {
        throw new RecordError('MALFORMED_QUERY', `field ${field.name} does not support aggregate operator ${name}`);
      }
      return {
        sql: `exact_${name.toLowerCase()}(${sql})`,
        field: name === 'AVG' ? { ...field, type: 'double' } : field,
      };
  }
}

const COUNT_FIELD = defineField({ name: 'count', type: 'int', precision: 18 });

const DATE_PARTS: Readonly<Record<string, string>> = {
  CALENDAR_MONTH: '%m',
  CALENDAR_YEAR: '%Y',
  DAY_IN_MONTH: '%d',
  DAY_IN_YEAR: '%j',
  HOUR_IN_DAY: '%H',
};

function dateFunctionSql(scope: Scope, operand: Operand & { kind: 'dateFunction' }): ComparedField {
  const { sql, field } = resolvePath(scope, operand.path);
  if (field.type !== 'date' && field.type !== 'datetime') {
    throw new RecordError('INVALID_FIELD', `${operand.name} needs a date or datetime field: ${field.name}`, [
      field.name,
    ]);
  }
  if (operand.name === 'DAY_ONLY') return { sql: `substr(${sql}, 1, 10)`, field: { ...field, type: 'date' } };
  const part = (format: string): string => `CAST(strftime('${format}', ${sql}) AS INTEGER)`;
  const number = (value: string): ComparedField => ({ sql: `number_key(${value})`, field: COUNT_FIELD });
  const plain = DATE_PARTS[operand.name];
  if (plain !== undefined) return number(part(plain));
  if (operand.name === 'DAY_IN_WEEK') return number(`${part('%w')} + 1`);
  if (operand.name === 'CALENDAR_QUARTER') return number(`(${part('%m')} + 2) / 3`);
  throw notSupported(`SOQL function ${operand.name}`);
}
