import { fieldNamed, type Field, type ObjectType } from '../../metadata/schema.ts';
import { type ApexType, sobjectOf } from '../types.ts';
import { throwApex } from '../runtime/values/apex-exception.ts';
import { ApexList } from '../runtime/values/apex-list.ts';
import { ApexValue } from '../runtime/values/apex-value.ts';
import { hashCodeOf, sameKey } from '../runtime/values/equality.ts';
import { compareForSort } from '../runtime/values/order.ts';
import { textHash, toApexString } from '../runtime/values/text.ts';
import { assignTo } from './field-values.ts';

/** A fault that code or the platform found in a record; without fields it is the record's own. */
export type RecordFault = { readonly message: string; readonly fields: readonly string[]; readonly statusCode: string };

/** Where a record came from decides what reading a field without a value means. */
type Origin = 'new' | 'query' | 'trigger';

/** Gives the value of a formula field that nobody has asked for yet. */
type Compute = (field: Field) => unknown;

/** One record in memory: the fields that have been set or read, and its parents and children by relationship name. */
export class ApexSObject extends ApexValue {
  /** Null for an AggregateResult, whose fields are what the query named. */
  readonly object: ObjectType | null;
  readonly faults: RecordFault[] = [];
  isReadOnly = false;
  cloneSource: unknown = null;
  isClone = false;
  /** DML options that the record carries. */
  options: unknown = null;
  readonly #fields = new Map<string, unknown>();
  /** Fields a query asked for and found blank. */
  readonly #blank = new Set<string>();
  readonly #relations = new Map<string, ApexSObject | ApexList | null>();
  readonly #changed = new Set<string>();
  readonly #compute: Compute | null;
  readonly origin: Origin;

  constructor(object: ObjectType | null, origin: Origin = 'new', compute: Compute | null = null) {
    super();
    this.object = object;
    this.origin = origin;
    this.#compute = compute;
  }

  get objectName(): string {
    return this.object?.name ?? 'AggregateResult';
  }

  override get apexType(): ApexType {
    return sobjectOf(this.objectName);
  }

  get fieldNames(): Iterable<string> {
    return this.#fields.keys();
  }

  /** The values that stand in memory, by field name. */
  get entries(): Iterable<[string, unknown]> {
    return this.#fields.entries();
  }

  get relations(): Iterable<[string, ApexSObject | ApexList | null]> {
    return this.#relations.entries();
  }

  /** Reads a field by its true name. */
  getField(name: string): unknown {
    const value = this.#fields.get(name);
    if (value !== undefined) return value;
    if (this.origin === 'query' && !this.#blank.has(name) && name !== 'Id') {
      throwApex(
        'System.SObjectException',
        `SObject row was retrieved via SOQL without querying the requested field: ${this.objectName}.${name}`,
      );
    }
    const field = this.object?.fields.get(name.toLowerCase());
    if (field && field.formula !== null && this.#compute) return this.#compute(field);
    return field?.type === 'boolean' ? false : null;
  }

  /** The value if it is there, without asking how the record came to be. */
  peek(name: string): unknown {
    return this.#fields.get(name) ?? null;
  }

  has(name: string): boolean {
    return this.#fields.has(name) || this.#blank.has(name);
  }

  setField(name: string, value: unknown): void {
    if (this.isReadOnly) throwApex('System.FinalException', 'Record is read-only');
    this.#fields.set(name, value);
    this.#changed.add(name);
  }

  /** What is saved need not be sent again: a later save sends what is set from now on. */
  markSaved(): void {
    this.#changed.clear();
  }

  /** Fields that were set, not read. */
  get changed(): ReadonlySet<string> {
    return this.#changed;
  }

  /** Fills in what a query or a trigger brings; blank is known to be blank. */
  load(name: string, value: unknown): void {
    if (value === null) this.#blank.add(name);
    else this.#fields.set(name, value);
  }

  /** Forgets all values and relations. */
  clear(): void {
    if (this.isReadOnly) throwApex('System.FinalException', 'Record is read-only');
    for (const part of [this.#fields, this.#blank, this.#relations, this.#changed]) part.clear();
  }

  remove(name: string): void {
    this.#fields.delete(name);
  }

  get(name: string): unknown {
    if (this.object) return this.getField(this.#mustHave(name).name);
    const key = [...this.#fields.keys(), ...this.#blank].find((each) => each.toLowerCase() === name.toLowerCase());
    if (key === undefined) throwApex('System.SObjectException', `Invalid field ${name} for AggregateResult`);
    return this.#fields.get(key) ?? null;
  }

  /** Sets a field by a name in whatever case and answers what it held. */
  put(name: string, value: unknown): unknown {
    const field = this.#mustHave(name);
    const before = this.peek(field.name);
    this.setField(field.name, assignTo(field, value));
    return before;
  }

  getParent(relationship: string): ApexSObject | null {
    const parent = this.#relations.get(relationship);
    if (parent === undefined && this.origin === 'query') {
      throwApex(
        'System.SObjectException',
        `SObject row was retrieved via SOQL without querying the requested field: ${this.objectName}.${relationship}`,
      );
    }
    return parent instanceof ApexSObject ? parent : null;
  }

  setParent(relationship: string, parent: ApexSObject | null): void {
    if (this.isReadOnly) throwApex('System.FinalException', 'Record is read-only');
    this.#relations.set(relationship, parent);
  }

  /** A parent that a query brought along. */
  loadParent(relationship: string, parent: ApexSObject | null): void {
    this.#relations.set(relationship, parent);
  }

  setChildren(relationship: string, children: ApexList): void {
    this.#relations.set(relationship, children);
  }

  /** The child records of a subquery; an empty list where none was asked for on a new record. */
  getChildren(relationship: string): ApexList {
    const children = this.#relations.get(relationship);
    if (children instanceof ApexList) return children;
    if (this.origin === 'query') {
      throwApex(
        'System.SObjectException',
        `SObject row was retrieved via SOQL without querying the requested field: ${this.objectName}.${relationship}`,
      );
    }
    return new ApexList(sobjectOf('SObject'), []);
  }

  addFault(message: string, fields: readonly string[] = []): void {
    this.faults.push({ message, fields, statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' });
  }

  /** Another record with the same values. */
  copy(isDeep: boolean): ApexSObject {
    const copy = new ApexSObject(this.object);
    for (const [name, value] of this.#fields) copy.#fields.set(name, value);
    for (const name of this.#changed) copy.#changed.add(name);
    for (const [name, related] of this.#relations) {
      copy.#relations.set(name, isDeep && related instanceof ApexSObject ? related.copy(true) : related);
    }
    return copy;
  }

  #mustHave(name: string): Field {
    const field = this.object && fieldNamed(this.object, name);
    return field ?? throwApex('System.SObjectException', `Invalid field ${name} for ${this.objectName}`);
  }

  /** The order of `List<SObject>.sort()`: by type, then name, then the standard and the custom fields in their order. */
  compareForSort(other: unknown): number {
    if (!(other instanceof ApexSObject)) return 0;
    if (other.object !== this.object) return compareForSort(this.object?.label ?? '', other.object?.label ?? '');
    for (const name of sortFields(this, other)) {
      const difference = compareForSort(this.peek(name), other.peek(name));
      if (difference !== 0) return difference;
    }
    return 0;
  }

  override equalsValue(other: unknown): boolean {
    if (this === other) return true;
    if (!(other instanceof ApexSObject) || other.object !== this.object) return false;
    const names = new Set([...this.#fields.keys(), ...other.#fields.keys()]);
    return [...names].every((name) => sameKey(this.#fields.get(name) ?? null, other.#fields.get(name) ?? null));
  }

  override hashCode(): number {
    let hash = textHash(this.objectName);
    for (const [name, value] of this.#fields)
      if (value !== null) hash = (hash + textHash(name) * 31 + hashCodeOf(value)) | 0;
    return hash;
  }

  override hashKey(): null {
    return null;
  }

  override toApexString(): string {
    const shown = [...this.#fields].map(([name, value]) => `${name}=${toApexString(value)}`);
    return `${this.objectName}:{${shown.join(', ')}}`;
  }
}

function sortFields(...records: readonly ApexSObject[]): string[] {
  const names = [...new Set(records.flatMap((record) => [...record.fieldNames]))].filter((name) => name !== 'Id');
  const rank = (name: string): number => (name === 'Name' ? 0 : name.endsWith('__c') ? 2 : 1);
  return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
