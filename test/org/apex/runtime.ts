import { type Query } from '../soql/ast.ts';
import { apexFrames } from './compiler/frames.ts';
import { createArithmetic } from './compiler/run-time/arithmetic.ts';
import { createCasts } from './compiler/run-time/casts.ts';
import { createComparisons } from './compiler/run-time/comparisons.ts';
import { createControl } from './compiler/run-time/control.ts';
import { createEnums } from './compiler/run-time/enums.ts';
import { createExceptions } from './compiler/run-time/exceptions.ts';
import { linkLibrary } from './compiler/run-time/link.ts';
import { createRecords } from './compiler/run-time/records.ts';
import { searchText } from './compiler/run-time/search.ts';
import { type PlatformLibrary } from './compiler/library.ts';
import { type ApexEnumValue } from './runtime/values/apex-enum.ts';
import { ApexException } from './runtime/values/apex-exception.ts';
import { ApexList } from './runtime/values/apex-list.ts';
import { ApexMap } from './runtime/values/apex-map.ts';
import { ApexObject } from './runtime/values/apex-object.ts';
import { ApexSet } from './runtime/values/apex-set.ts';
import { ApexTypeToken } from './runtime/values/apex-type-token.ts';
import { type ApexType } from './types.ts';

/** A record as compiled code uses it: names in schema spelling, values of the field's Apex type. */
export type RecordValue = {
  readonly objectName: string;
  readonly getField: (name: string) => unknown;
  readonly setField: (name: string, value: unknown) => void;
  readonly getParent: (relationship: string) => RecordValue | null;
  readonly setParent: (relationship: string, parent: never) => void;
  readonly getChildren: (relationship: string) => ApexList;
  readonly addFault: (message: string, fields?: readonly string[]) => void;
};

export type DmlCall = {
  readonly operation: 'insert' | 'update' | 'upsert' | 'delete' | 'undelete';
  readonly value: unknown;
  readonly accessMode: 'user' | 'system' | null;
  readonly externalIdField: string | null;
};

export type FutureCall = {
  readonly className: string;
  readonly method: string;
  readonly parameters: readonly ApexType[];
  readonly args: readonly unknown[];
};

/** What compiled code needs of the running transaction. */
export type RunningExecution = {
  readonly statics: unknown[];
  sharing: 'with' | 'without';
  dynamicBinds: ((name: string) => unknown) | null;
  readonly checkCpuTime: () => void;
};

/** Everything that compiled code asks of the org's data. */
export type DataSide = {
  readonly execution: () => RunningExecution;
  readonly newRecord: (objectName: string) => RecordValue;
  readonly query: (request: {
    readonly query: Query;
    readonly binds: readonly unknown[];
    readonly elementType: ApexType;
  }) => ApexList | number;
  readonly dml: (call: DmlCall) => void;
  readonly merge: (call: {
    readonly master: unknown;
    readonly duplicates: unknown;
    readonly accessMode: string | null;
  }) => void;
  readonly future: (call: FutureCall) => void;
  readonly beginRunAs: (user: never) => unknown;
  readonly endRunAs: (token: never) => void;
  readonly fieldToken: (object: string, field: string) => unknown;
  readonly objectToken: (object: string) => unknown;
  readonly describeObject: (object: string) => unknown;
  readonly describeField: (object: string, field: string) => unknown;
};

/** What one loaded program brings to its runtime. */
export type RuntimeParts = {
  readonly data: DataSide;
  readonly library: PlatformLibrary;
  readonly isAssignable: (from: ApexType, to: ApexType) => boolean;
  readonly enumValues: (enumName: string) => readonly ApexEnumValue[];
  readonly hasMethod: (target: ApexObject, name: string, arity: number) => boolean;
  readonly invoke: (target: ApexObject, name: string, args: readonly unknown[]) => unknown;
  readonly label: (name: string) => string;
  readonly cover: (unit: string) => (line: number) => void;
};

/** `$`: the runtime that compiled Apex talks to. */
export type ApexRuntime = ReturnType<typeof createRuntime>;

/** Composes the runtime of one program. */
export function createRuntime(parts: RuntimeParts) {
  const { data } = parts;
  const control = createControl(parts);
  return {
    Object: ApexObject,
    Exception: ApexException,
    List: ApexList,
    Set: ApexSet,
    Map: ApexMap,
    ...createArithmetic(),
    ...createComparisons(),
    ...createCasts(parts.isAssignable),
    ...createExceptions(apexFrames),
    ...createRecords(data),
    searchText,
    ...control,
    ...linkLibrary(parts.library),
    typeToken: (type: ApexType) => new ApexTypeToken(type),
    ...createEnums(parts.enumValues),
    label: parts.label,
    coverage: parts.cover,
  };
}
