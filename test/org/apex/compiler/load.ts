import { type Schema } from '../../metadata/schema.ts';
import { type PlatformDeclaration } from '../library/declare.ts';
import { parseTypeText, type TypeText } from '../library/signature.ts';
import { type ApexAnnotation, type ApexClassRecord, type ApexProgram, type ApexTrigger } from '../program.ts';
import { type ApexEnumValue } from '../runtime/values/apex-enum.ts';
import { ApexList } from '../runtime/values/apex-list.ts';
import { ApexMap } from '../runtime/values/apex-map.ts';
import { type ApexObject } from '../runtime/values/apex-object.ts';
import { ApexSet } from '../runtime/values/apex-set.ts';
import { createRuntime, type DataSide } from '../runtime.ts';
import { type ApexType } from '../types.ts';
import { ANONYMOUS, type CompiledApex, triggerClass } from './compile.ts';
import { emptyModel } from './declarations.ts';
import { type ApexCompileError } from './errors.ts';
import { createPlatformLibrary } from './library.ts';
import { type ClassModel } from './model.ts';
import { createCoverage } from './run-time/coverage.ts';
import { createEnum } from './run-time/enums.ts';
import { type CompiledClass, linkClasses } from './run-time/link-classes.ts';
import { createReflection } from './run-time/reflection.ts';
import { createWorld, type WrittenType } from './world.ts';

export type LoadInput = {
  readonly declarations: readonly PlatformDeclaration[];
  readonly schema: Schema;
  readonly data: DataSide;
  readonly labels?: ReadonlyMap<string, string>;
  readonly namespace?: string | null;
};

/** Loaded Apex, and with anonymous code among its sources also the way to run that. */
export type LoadedApex = ApexProgram & {
  readonly runAnonymous: () => void;
  readonly compileErrors: readonly ApexCompileError[];
};

/** Makes compiled Apex ready to run; statics and transactions belong to the executions that use it. */
export function loadApex(compiled: CompiledApex, input: LoadInput): LoadedApex {
  const library = createPlatformLibrary(input.declarations, (name) => input.schema.objects.has(name.toLowerCase()));
  const labels = input.labels ?? new Map<string, string>();
  const world = createWorld({
    classes: modelsOf(compiled.classes),
    library,
    schema: input.schema,
    namespace: input.namespace ?? null,
    labels,
  });
  const records = new Map(compiled.classes.map((each) => [each.name.toLowerCase(), each]));
  const enums = new Map<string, readonly ApexEnumValue[]>();
  const enumValues = (name: string): readonly ApexEnumValue[] => {
    const key = name.toLowerCase();
    const constants = records.get(key)?.constants ?? library.byName(name)?.constants ?? [];
    const known = enums.get(key) ?? createEnum(records.get(key)?.name ?? library.byName(name)?.name ?? name, constants);
    enums.set(key, known);
    return known;
  };
  const coverage = createCoverage(compiled.units, () => input.data.execution().checkCpuTime());
  const label = (name: string): string | undefined => labels.get(name.toLowerCase());
  const reflection = createReflection(records, world.assignable);
  const runtime = createRuntime({
    data: input.data,
    library,
    isAssignable: world.assignable,
    enumValues,
    hasMethod: reflection.hasMethod,
    invoke: reflection.invoke,
    label: (name) => label(name) ?? name,
    cover: coverage.cover,
  });
  const classes = linkClasses(compiled, runtime);
  reflection.use(classes);
  const typeNamed = (text: string): ApexType | null => {
    const written = readType(text);
    return (written && world.findType(written, null)) ?? null;
  };
  return {
    ...reflection.members,
    classes: () => compiled.classes.filter(({ name }) => !name.startsWith('$')),
    newInstance: (name, args = []) => {
      const type = typeNamed(name);
      return (type && emptyCollection(type)) ?? reflection.construct(type?.kind === 'class' ? type.name : name, args);
    },
    isInstance: runtime.isInstance,
    isAssignable: world.assignable,
    enumValues,
    typeNamed,
    createStub: (name, handler) => reflection.createStub(name, handler),
    triggersOn: triggersOf(compiled, classes),
    annotatedMethods: (annotation) =>
      compiled.classes.flatMap(({ methods }) => methods.filter(({ annotations }) => has(annotations, annotation))),
    annotatedClasses: (annotation) => compiled.classes.filter(({ annotations }) => has(annotations, annotation)),
    label,
    coverage: coverage.report,
    resetCoverage: coverage.reset,
    compileErrors: compiled.errors,
    runAnonymous: () => classes.get(ANONYMOUS.toLowerCase())?.$run(),
  };
}

const has = (annotations: readonly ApexAnnotation[], name: string): boolean =>
  annotations.some((each) => each.name === name.toLowerCase());

function emptyCollection(type: ApexType): ApexObject | null {
  const made =
    type.kind === 'list'
      ? new ApexList(type.of)
      : type.kind === 'set'
        ? new ApexSet(type.of)
        : type.kind === 'map'
          ? new ApexMap(type.key, type.value)
          : null;
  return made as unknown as ApexObject | null;
}

function readType(text: string): WrittenType | null {
  const written = (type: TypeText): WrittenType => ({
    parts: type.name.split('.'),
    arguments: type.arguments.map(written),
    dimensions: 0,
  });
  return /^[\w.<>, ]+$/.test(text) ? attempt(() => written(parseTypeText(text))) : null;
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** Classes as names only: what looking a type up at run time needs. */
function modelsOf(records: readonly ApexClassRecord[]): Map<string, ClassModel> {
  const models = new Map<string, ClassModel>();
  for (const record of records) {
    const dot = record.name.lastIndexOf('.');
    const outer = dot < 0 ? null : (models.get(record.name.slice(0, dot).toLowerCase()) ?? null);
    const simpleName = record.name.slice(dot + 1);
    const model = emptyModel(record.name, { ...record, simpleName, outer } as never);
    model.superclass = record.superclass;
    model.interfaces = record.interfaces;
    outer?.inner.set(simpleName.toLowerCase(), model);
    models.set(record.name.toLowerCase(), model);
  }
  return models;
}

function triggersOf(compiled: CompiledApex, classes: ReadonlyMap<string, CompiledClass>): ApexProgram['triggersOn'] {
  const byObject = Map.groupBy(compiled.triggers, ({ objectName }) => objectName.toLowerCase());
  const runnable = new Map<string, ApexTrigger[]>();
  for (const [objectName, triggers] of byObject)
    runnable.set(
      objectName,
      triggers.map((trigger) => ({
        name: trigger.name,
        objectName: trigger.objectName,
        events: new Set(trigger.events),
        run: () => classes.get(triggerClass(trigger.name).toLowerCase())?.$run(),
      })),
    );
  return (objectName) => runnable.get(objectName.toLowerCase()) ?? [];
}
