import { toApexString } from '../../runtime/values/text.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import {
  platformClass,
  type ClassSketch,
  type Members,
  type MethodEntry,
  type PlatformDeclaration,
  type PropertyEntry,
} from '../declare.ts';

/** An object of a platform class that only holds values. */
export class DataObject extends PlatformObject {
  readonly ownName: string;
  readonly values: Map<string, unknown>;

  constructor(ownName: string, values: Iterable<readonly [string, unknown]> = []) {
    super();
    this.ownName = ownName;
    this.values = new Map(values);
  }

  override get typeName(): string {
    return this.ownName;
  }

  get(name: string): unknown {
    return this.values.get(name) ?? null;
  }

  /** Results of DML show their getters in alphabetical order, as in a debug log. */
  override toApexString(): string {
    if (!this.ownName.startsWith('Database.')) return super.toApexString();
    const shown = [...this.values]
      .filter(([name]) => name !== 'operationId')
      .map(([name, value]) => `${getterName(name)}=${toApexString(value)};`);
    return `${this.ownName}[${shown.sort().join('')}]`;
  }
}

export type DataClass = {
  readonly declaration: PlatformDeclaration;
  readonly create: (values?: Readonly<Record<string, unknown>>) => DataObject;
};

type DataSketch = {
  readonly namespace?: string;
  /** `{ fullName: 'String' }`. */
  readonly fields: Readonly<Record<string, string>>;
  /** What fields hold in a new object; called for each. */
  readonly initial?: () => Readonly<Record<string, unknown>>;
  readonly methods?: Members<MethodEntry>;
  readonly extends?: string;
  /** Whether Apex may write `new`. */
  readonly isCreatable?: boolean;
};

/** Declares a class of the platform that is nothing but its fields. */
export function dataClass(name: string, sketch: DataSketch): DataClass {
  const namespace = sketch.namespace ?? 'System';
  const fullName = `${namespace}.${name}`;
  const create = (values: Readonly<Record<string, unknown>> = {}): DataObject =>
    new DataObject(fullName, Object.entries({ ...sketch.initial?.(), ...values }));
  const declared: ClassSketch = {
    namespace,
    properties: fieldProperties(sketch.fields),
    methods: sketch.methods ?? {},
    ...(sketch.extends === undefined ? {} : { extends: sketch.extends }),
    ...(sketch.isCreatable === false ? {} : { constructors: { '()': () => create() } }),
  };
  return { create, declaration: platformClass(name, declared) };
}

function fieldProperties(fields: Readonly<Record<string, string>>): Members<PropertyEntry> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, type]) => [
      `${type} ${name}`,
      {
        get: (self: DataObject) => self.get(name),
        set: (self: DataObject, value: unknown) => void self.values.set(name, value),
      },
    ]),
  );
}

/** Getters `getName()` for the fields of an object that Apex only reads. */
export function getters(fields: Readonly<Record<string, string>>): Members<MethodEntry> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, type]) => {
      return [
        `${type} ${type === 'Boolean' ? getterName(name) : getter(name)}()`,
        (self: DataObject) => self.get(name),
      ];
    }),
  );
}

const getter = (name: string): string => `get${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** Flags are asked by their own name. */
function getterName(name: string): string {
  return /^is[A-Z]/.test(name) ? name : getter(name);
}
