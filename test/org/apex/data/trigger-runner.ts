import { fieldNamed, type ObjectType } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { type TriggeredRow, type TriggerMoment } from '../../records/trigger-host.ts';
import { coerce, type Row } from '../../store/values.ts';
import { currentExecution, type Execution } from '../execution/execution.ts';
import { type TriggerFrame } from '../execution/trigger-frame.ts';
import { type ApexTrigger } from '../program.ts';
import { ApexException } from '../runtime/values/apex-exception.ts';
import { isStored } from '../../metadata/schema.ts';
import { ApexSObject } from './apex-sobject.ts';
import { toApexValue, toFieldInput } from './field-values.ts';
import { computeFormula } from './formulas.ts';

const MAX_DEPTH = 16;

/** Runs the triggers of one moment over up to 200 records: changes go back into the rows, errors to the row they were added to. */
export function runTriggers(moment: TriggerMoment, rows: readonly TriggeredRow[]): void {
  const execution = currentExecution();
  const event = `${moment.when} ${moment.operation}`;
  const triggers = execution.program.triggersOn(moment.object.name).filter(({ events }) => events.has(event));
  if (triggers.length === 0) return;
  if (execution.triggerDepth >= MAX_DEPTH) throw tooDeep(triggers[0]?.name ?? '', moment, rows);
  const records = rows.map((row) => createRecords(execution, moment, row));
  const { trigger: outer, sharing } = execution;
  execution.triggerDepth += 1;
  execution.sharing = 'without';
  const frame: Omit<TriggerFrame, 'name'> = {
    outer,
    objectName: moment.object.name,
    when: moment.when,
    operation: moment.operation,
    newRows: moment.operation === 'delete' ? null : records.map(({ now }) => now),
    oldRows: moment.operation === 'insert' || moment.operation === 'undelete' ? null : records.map(({ old }) => old),
  };
  try {
    for (const trigger of triggers) {
      execution.trigger = { ...frame, name: trigger.name };
      execution.limits.includeCpu(() => runOne(trigger, moment));
    }
  } finally {
    execution.triggerDepth -= 1;
    execution.trigger = outer;
    execution.sharing = sharing;
  }
  rows.forEach((row, index) => {
    const pair = records[index];
    if (!pair) return;
    if (moment.when === 'before' && row.values) takeChanges(moment.object, row, row.values, pair.now);
    for (const { statusCode, message, fields } of [...pair.now.faults, ...pair.old.faults]) {
      row.errors.push(new RecordError(statusCode, message, fields));
    }
  });
}

function runOne(trigger: ApexTrigger, moment: TriggerMoment): void {
  try {
    trigger.run();
  } catch (error) {
    if (!(error instanceof ApexException) || error.typeName === 'System.LimitException') throw error;
    throw new RecordError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', failure(trigger.name, moment, error));
  }
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

function failure(name: string, { when, operation }: TriggerMoment, error: ApexException): string {
  return `${name}: execution of ${capital(when)}${capital(operation)}\n\ncaused by: ${error.typeName}: ${error.shownMessage()}\n\n${stackOf(error)}`;
}

/** The frames down to the trigger; what saved the records is another matter. */
function stackOf(error: ApexException): string {
  const lines = error.stackTrace().split('\n');
  const last = lines.findIndex((line) => line.startsWith('Trigger.'));
  return lines.slice(0, last < 0 ? lines.length : last + 1).join('\n');
}

function tooDeep(name: string, { object, when, operation }: TriggerMoment, rows: readonly TriggeredRow[]): RecordError {
  const ids = rows.map(({ id }) => id).join(', ');
  return new RecordError(
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    `${name}: maximum trigger depth exceeded\n${object.name} trigger event ${capital(when)}${capital(operation)} for [${ids}]`,
  );
}

type Pair = { readonly now: ApexSObject; readonly old: ApexSObject };

function createRecords(execution: Execution, moment: TriggerMoment, row: TriggeredRow): Pair {
  const isNew = moment.when === 'before' && moment.operation === 'insert';
  const now = toTriggerRecord(execution, moment.object, row.values ?? {}, isNew);
  now.isReadOnly = moment.when === 'after';
  const old = toTriggerRecord(execution, moment.object, row.old ?? {}, false);
  old.isReadOnly = true;
  return { now, old };
}

/** A whole row as triggers see it; its formulas are computed when asked for. */
export function toTriggerRecord(execution: Execution, object: ObjectType, row: Row, isNew: boolean): ApexSObject {
  const record = new ApexSObject(object, 'trigger', (field) => computeFormula(execution, object, row, field));
  for (const [name, value] of Object.entries(row)) {
    const field = fieldNamed(object, name);
    const isUnborn = isNew && (UNBORN.has(name) || name === 'Id');
    if (field && isStored(field) && !isUnborn) record.load(field.name, toApexValue(field, value));
  }
  return record;
}

/** What a record gets only when it is written. */
const UNBORN: ReadonlySet<string> = new Set([
  'CreatedDate',
  'CreatedById',
  'LastModifiedDate',
  'LastModifiedById',
  'SystemModstamp',
]);

function takeChanges(object: ObjectType, row: TriggeredRow, values: Row, record: ApexSObject): void {
  for (const name of record.changed) {
    const field = fieldNamed(object, name);
    if (!field || field.type === 'id') continue;
    try {
      values[field.name] = coerce(field, toFieldInput(record.peek(name)));
      row.given.add(field.name);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      row.errors.push(error);
    }
  }
}
