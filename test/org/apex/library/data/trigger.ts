import { type ApexSObject } from '../../data/apex-sobject.ts';
import { currentExecution } from '../../execution/execution.ts';
import { type TriggerFrame } from '../../execution/trigger-frame.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { sobjectOf, types } from '../../types.ts';
import { platformClass, type PlatformDeclaration, platformEnum, type PropertyEntry } from '../declare.ts';
import { constant } from './enums.ts';

const of = <T>(read: (frame: TriggerFrame) => T, outside: T | null = null): PropertyEntry => ({
  get: () => {
    const frame = currentExecution().trigger;
    return frame ? read(frame) : outside;
  },
});

function list(frame: TriggerFrame, rows: readonly ApexSObject[] | null): ApexList | null {
  return rows && new ApexList(sobjectOf(frame.objectName), [...rows]);
}

/** Before an insert there are no ids, and so there is no map. */
function map(frame: TriggerFrame, rows: readonly ApexSObject[] | null): ApexMap | null {
  if (!rows || rows.some((row) => row.peek('Id') === null)) return null;
  return new ApexMap(
    types.Id,
    sobjectOf(frame.objectName),
    rows.map((row) => [row.peek('Id'), row] as const),
  );
}

const is = (operation: TriggerFrame['operation']): PropertyEntry => of((frame) => frame.operation === operation, false);

/** Trigger.*: what stands in the execution's trigger frame. */
export const triggerClasses: readonly PlatformDeclaration[] = [
  platformClass('Trigger', {
    staticProperties: {
      'List<SObject> new': of((frame) => list(frame, frame.newRows)),
      'List<SObject> old': of((frame) => list(frame, frame.oldRows)),
      'Map<Id, SObject> newMap': of((frame) => map(frame, frame.newRows)),
      'Map<Id, SObject> oldMap': of((frame) => map(frame, frame.oldRows)),
      'Boolean isExecuting': of(() => true, false),
      'Boolean isBefore': of((frame) => frame.when === 'before', false),
      'Boolean isAfter': of((frame) => frame.when === 'after', false),
      'Boolean isInsert': is('insert'),
      'Boolean isUpdate': is('update'),
      'Boolean isDelete': is('delete'),
      'Boolean isUndelete': is('undelete'),
      'Integer size': of((frame) => (frame.newRows ?? frame.oldRows ?? []).length, 0),
      'TriggerOperation operationType': of((frame) =>
        constant('System.TriggerOperation', `${frame.when}_${frame.operation}`.toUpperCase()),
      ),
    },
  }),
  platformEnum('TriggerOperation', [
    'AFTER_DELETE',
    'AFTER_INSERT',
    'AFTER_UNDELETE',
    'AFTER_UPDATE',
    'BEFORE_DELETE',
    'BEFORE_INSERT',
    'BEFORE_UPDATE',
  ]),
];
