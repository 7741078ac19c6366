import type { EntityDescription, FieldType, Value, Values } from '../dynamics/connector.ts';
import { canonicalText } from './canonical.ts';
import { decimalText, parseDecimal } from './decimal.ts';
import type { MappedField } from './map.ts';
import type { EntityMapping, FieldMapping } from './mapping.ts';
import type { Base } from './unit.ts';
import { type Baseline, type Decision, decide, type Verdict } from './verdict.ts';

/** The key of an org's hashes (store/hash-keys.ts). The same text gives the same hash under the same key only. */
export type HashKey = { readonly keyId: string; hash(text: string): string };

/** What is decided for one field, and why. `outbound` is what Salesforce says in Dynamics' terms, `current` what Dynamics holds. */
export type FieldVerdict = {
  readonly field: FieldMapping;
  readonly name: string;
  readonly dynamicsField: string;
  readonly salesforceMoved: boolean;
  readonly dynamicsMoved: boolean;
  readonly verdict: Verdict;
  readonly rule: string;
  readonly outbound: Value;
  readonly current: Value;
  readonly baseline: Baseline | 'new';
  readonly hashes: SideHashes;
};

/** Each side's hash as it stands now, and Salesforce's once Dynamics' value stands there too. */
export type SideHashes = { readonly salesforce: string; readonly dynamics: string; readonly confirmed: string };

export type MergeInput = {
  readonly mapping: EntityMapping;
  readonly entity: EntityDescription;
  readonly mapped: readonly MappedField[];
  /** What Dynamics holds; null where the record is to be created. */
  readonly current: Values | null;
  readonly bases: readonly Base[];
  readonly key: HashKey;
  /** The side that changed last, where the entity set tells; for policy Newest. */
  readonly newest?: 'salesforce' | 'dynamics' | null;
  /** The record's own fields and what Dynamics' values map to: given, fields that Dynamics owns are judged too. */
  readonly salesforce?: { readonly fields: Values; readonly inbound: Values };
};

/** Compares each side with its own last agreement and decides field by field. Writes nothing and forgets nothing. */
export function merge(input: MergeInput): FieldVerdict[] {
  const outbound = input.mapped.map((mapped) => judgeMapped(mapped, input));
  const owned = input.salesforce === undefined || input.current === null ? [] : ownedByDynamics(input);
  return [...outbound, ...owned];
}

/**
 * The bases that may advance: of fields whose value is confirmed on both sides. Fields in conflict, or not confirmed, keep the base
 * they had, so that the next run repeats what did not arrive.
 */
export function basesAfter(input: {
  readonly verdicts: readonly FieldVerdict[];
  /** What Dynamics holds after the write. */
  readonly readBack: Values;
  readonly entity: EntityDescription;
  readonly mapping: EntityMapping;
  readonly key: HashKey;
  readonly confirmedInSalesforce: (field: FieldMapping) => boolean;
  /** The Salesforce record mapped again after its fields were written, where that happened. */
  readonly after?: readonly MappedField[];
}): Base[] {
  return input.verdicts.flatMap((verdict) => {
    const hashes = agreedHashes(verdict, input);
    if (hashes === null) return [];
    const { name, version } = verdict.field;
    return [
      {
        field: name,
        salesforceHash: hashes.salesforce,
        dynamicsHash: hashes.dynamics,
        mappingVersion: version,
        keyId: input.key.keyId,
      },
    ];
  });
}

type Agreed = { readonly salesforce: string; readonly dynamics: string };

function agreedHashes(verdict: FieldVerdict, input: Parameters<typeof basesAfter>[0]): Agreed | null {
  const { hashes } = verdict;
  switch (verdict.verdict) {
    case 'agreed':
    case 'kept':
      return { salesforce: hashes.salesforce, dynamics: hashes.dynamics };
    case 'toDynamics':
      return afterWrite(verdict, input);
    case 'none':
      return verdict.baseline === 'new' ? afterWrite(verdict, input) : null;
    case 'toSalesforce': {
      if (!input.confirmedInSalesforce(verdict.field)) return null;
      const after = input.after?.find((mapped) => mapped.field.name === verdict.name);
      const type = typeOf(input.entity, verdict.dynamicsField);
      const again = after === undefined ? hashes.confirmed : hashOf(input.key, verdict.field, after.value, type);
      return { salesforce: again, dynamics: hashes.dynamics };
    }
    case 'conflict':
      return null;
  }
}

/** After a create, a default that Dynamics gave to a blank field of both directions is news for Salesforce, not an agreement. */
function afterWrite(verdict: FieldVerdict, input: Parameters<typeof basesAfter>[0]): Agreed | null {
  const stored = input.readBack[verdict.dynamicsField];
  if (stored === undefined) return null;
  const type = typeOf(input.entity, verdict.dynamicsField);
  const isNews = verdict.verdict === 'none' && verdict.field.direction === 'Both';
  if (isNews && text(verdict.field, stored, type) !== text(verdict.field, null, type)) return null;
  return { salesforce: verdict.hashes.salesforce, dynamics: hashOf(input.key, verdict.field, stored, type) };
}

function judgeMapped(mapped: MappedField, input: MergeInput): FieldVerdict {
  const { field, dynamicsField } = mapped;
  const type = typeOf(input.entity, dynamicsField);
  const current = input.current?.[dynamicsField] ?? null;
  const outbound = mapped.onto?.(current) ?? mapped.value;
  const make = (value: Value): string => hashOf(input.key, field, value, type);
  const hashes = new HashesOnDemand(make, { mapped: mapped.value, current });
  const base = baseOf(field, input);
  const moved = movesOf(base, hashes);
  const common = { field, name: field.name, dynamicsField, outbound, current, hashes };
  if (input.current === null) return { ...common, ...moved, baseline: 'new', ...created(outbound) };
  const isSame = text(field, outbound, type) === text(field, current, type);
  const decision = isKey(input.entity, dynamicsField)
    ? keyDecision(isSame, base.baseline, moved.salesforceMoved)
    : decide({
        direction: field.direction === 'Both' ? 'Both' : 'ToDynamics',
        policy: field.policy,
        blankHandling: field.blankHandling,
        baseline: base.baseline,
        ...moved,
        isSame,
        isSalesforceBlank: mapped.value === null,
        isDynamicsBlank: current === null,
        newest: input.newest ?? null,
      });
  return { ...common, ...moved, baseline: base.baseline, ...decision };
}

/** A create needs one of the three, and hashing is what costs most here: each is made when it is first asked for. */
class HashesOnDemand implements SideHashes {
  readonly #make: (value: Value) => string;
  readonly #values: { readonly mapped: Value; readonly current: Value };
  #salesforce: string | null = null;
  #dynamics: string | null = null;

  constructor(make: (value: Value) => string, values: { readonly mapped: Value; readonly current: Value }) {
    this.#make = make;
    this.#values = values;
  }

  get salesforce(): string {
    return (this.#salesforce ??= this.#make(this.#values.mapped));
  }

  get dynamics(): string {
    return (this.#dynamics ??= this.#make(this.#values.current));
  }

  /** Salesforce's own, once Dynamics' value stands there: both sides are hashed in one form. */
  get confirmed(): string {
    return this.dynamics;
  }
}

function created(outbound: Value): Decision {
  return outbound === null
    ? { verdict: 'none', rule: 'Blank: Dynamics sets its default' }
    : { verdict: 'toDynamics', rule: 'New in Dynamics' };
}

/** The key of a record that exists is its identity. */
function keyDecision(isSame: boolean, baseline: Baseline, salesforceMoved: boolean): Decision {
  if (baseline === 'valid' && !salesforceMoved) return { verdict: 'none', rule: 'Neither moved' };
  if (isSame) return { verdict: 'agreed', rule: 'Both hold the same' };
  return { verdict: 'kept', rule: "A key is never changed: Salesforce's value does not reach Dynamics" };
}

/** Fields that only Dynamics writes: what Salesforce holds instead is put right. */
function ownedByDynamics(input: MergeInput): FieldVerdict[] {
  const { fields, inbound } = input.salesforce ?? { fields: {}, inbound: {} };
  return input.mapping.fields.flatMap((field) => {
    const wanted = field.salesforceField === null ? undefined : inbound[field.salesforceField];
    const isOwned =
      field.direction === 'ToSalesforce' && field.kind !== 'Constant' && field.options.figure === undefined;
    if (!isOwned || wanted === undefined) return [];
    const held = fields[field.salesforceField ?? ''] ?? null;
    return [judgeOwned(field, { held, wanted }, input)];
  });
}

function judgeOwned(field: FieldMapping, sides: { held: Value; wanted: Value }, input: MergeInput): FieldVerdict {
  const type = typeOf(input.entity, field.dynamicsField);
  const current = input.current?.[field.dynamicsField] ?? null;
  const plainHash = (value: Value): string => input.key.hash(`${field.name}/${plainText(value)}`);
  const hashes = {
    salesforce: plainHash(sides.held),
    dynamics: hashOf(input.key, field, current, type),
    confirmed: plainHash(sides.wanted),
  };
  const base = baseOf(field, input);
  const moved = movesOf(base, hashes);
  const isSame = hashes.salesforce === hashes.confirmed;
  return {
    field,
    name: field.name,
    dynamicsField: field.dynamicsField,
    ...moved,
    ...ownedDecision(isSame, base.baseline, moved),
    outbound: sides.held,
    current,
    baseline: base.baseline,
    hashes,
  };
}

function ownedDecision(
  isSame: boolean,
  baseline: Baseline,
  moved: { salesforceMoved: boolean; dynamicsMoved: boolean },
): Decision {
  if (isSame) {
    const isSettled = baseline === 'valid' && !moved.salesforceMoved && !moved.dynamicsMoved;
    return isSettled ? { verdict: 'none', rule: 'Neither moved' } : { verdict: 'agreed', rule: 'Both hold the same' };
  }
  const rule = 'Dynamics owns the field';
  return { verdict: 'toSalesforce', rule: moved.salesforceMoved ? `${rule}: Salesforce's edit is overwritten` : rule };
}

type Compared = { readonly baseline: Baseline; readonly base: Base | null };

function baseOf(field: FieldMapping, { bases, key }: MergeInput): Compared {
  const base = bases.find((candidate) => candidate.field === field.name) ?? null;
  if (base === null) return { baseline: 'none', base };
  const isValid = base.keyId === key.keyId && base.mappingVersion === field.version;
  return { baseline: isValid ? 'valid' : 'stale', base };
}

/** Without a valid base nobody can say who moved: then neither is said to have. */
function movesOf(
  { baseline, base }: Compared,
  hashes: SideHashes,
): { salesforceMoved: boolean; dynamicsMoved: boolean } {
  if (baseline !== 'valid' || base === null) return { salesforceMoved: false, dynamicsMoved: false };
  return {
    salesforceMoved: base.salesforceHash !== hashes.salesforce,
    dynamicsMoved: base.dynamicsHash !== hashes.dynamics,
  };
}

/** One form for both sides: where they hold the same, one hash is made for both. */
function hashOf(key: HashKey, field: FieldMapping, value: Value, type: FieldType): string {
  return key.hash(`${field.name}/${text(field, value, type)}`);
}

const text = (field: FieldMapping, value: Value, type: FieldType): string => canonicalText(value, field, type);

/** A Salesforce value as it is compared with another: an empty checkbox is false. */
function plainText(value: Value): string {
  if (value === null || value === false) return '';
  const decimal = typeof value === 'string' ? parseDecimal(value.trim()) : null;
  return decimal === null ? String(value).trim() : decimalText(decimal);
}

const isKey = (entity: EntityDescription, name: string): boolean => entity.key.includes(name);

function typeOf(entity: EntityDescription, name: string): FieldType {
  return entity.fields.get(name)?.type ?? { kind: 'string', maxLength: null };
}
