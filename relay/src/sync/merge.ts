import type { EntityDescription, FieldType, Value, Values } from '../dynamics/connector.ts';
import { inputText, type Moves, movesSince, salesforceText, type SideHashes, stampOf } from './agreement.ts';
import { canonicalText } from './canonical.ts';
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
  /**
   * The record's own fields and what Dynamics' values map to: given, a value that came from Dynamics is known as such whatever it maps
   * back to, and fields that Dynamics owns are judged too.
   */
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
    return [
      {
        field: verdict.name,
        salesforceHash: hashes.salesforce,
        dynamicsHash: hashes.dynamics,
        mappingVersion: stampOf(verdict.field, hashes.outbound),
        keyId: input.key.keyId,
      },
    ];
  });
}

function agreedHashes(verdict: FieldVerdict, input: Parameters<typeof basesAfter>[0]): SideHashes | null {
  const { hashes } = verdict;
  switch (verdict.verdict) {
    case 'agreed':
    case 'kept':
      return hashes;
    case 'toDynamics':
      return afterWrite(verdict, input);
    case 'none':
      return verdict.baseline === 'new' ? afterWrite(verdict, input) : null;
    case 'toSalesforce': {
      const after = input.after?.find((mapped) => mapped.field.name === verdict.name);
      if (after === undefined || !input.confirmedInSalesforce(verdict.field)) return null;
      const outbound = hashOf(input.key, verdict.field, after.value, typeOf(input.entity, verdict.dynamicsField));
      const salesforce = input.key.hash(inputText(verdict.field, after.input));
      return { salesforce, dynamics: hashes.dynamics, outbound };
    }
    case 'conflict':
      return null;
  }
}

/** After a create, a default that Dynamics gave to a blank field of both directions is news for Salesforce, not an agreement. */
function afterWrite(verdict: FieldVerdict, input: Parameters<typeof basesAfter>[0]): SideHashes | null {
  const stored = input.readBack[verdict.dynamicsField];
  if (stored === undefined) return null;
  const type = typeOf(input.entity, verdict.dynamicsField);
  const isNews = verdict.verdict === 'none' && verdict.field.direction === 'Both';
  if (isNews && text(verdict.field, stored, type) !== text(verdict.field, null, type)) return null;
  const dynamics = hashOf(input.key, verdict.field, stored, type);
  const { outbound, salesforce } = verdict.hashes;
  return { dynamics, outbound, salesforce };
}

function judgeMapped(mapped: MappedField, input: MergeInput): FieldVerdict {
  const { field, dynamicsField } = mapped;
  const type = typeOf(input.entity, dynamicsField);
  const current = input.current?.[dynamicsField] ?? null;
  const outbound = mapped.onto?.(current) ?? mapped.value;
  const hashes = new HashesOnDemand({ key: input.key, type, mapped, current });
  const { baseline, ...moved } = movesOf(field, hashes, { ...input, plain: { current, type } });
  const common = { field, name: field.name, dynamicsField, outbound, current, hashes };
  if (input.current === null) return { ...common, ...moved, baseline: 'new', ...created(outbound) };
  const isEqual = text(field, outbound, type) === text(field, current, type);
  const decision = isKey(input.entity, dynamicsField)
    ? keyDecision(isEqual, baseline, moved.salesforceMoved)
    : decideMapped(mapped, input, { baseline, ...moved, isEqual, current });
  return { ...common, ...moved, baseline, ...decision };
}

function decideMapped(
  { field, value }: MappedField,
  input: MergeInput,
  { isEqual, current, ...moves }: Moves & { readonly isEqual: boolean; readonly current: Value },
): Decision {
  // What a changed mapping makes of values that nobody moved is told, whatever they map back to.
  const isRemapped = moves.baseline === 'remapped' && !moves.salesforceMoved && !moves.dynamicsMoved;
  const decision = decide({
    direction: field.direction === 'Both' ? 'Both' : 'ToDynamics',
    policy: field.policy,
    blankHandling: field.blankHandling,
    ...moves,
    isSame: isEqual || (!isRemapped && hasArrived(field, input)),
    isSalesforceBlank: value === null,
    isDynamicsBlank: current === null,
    newest: input.newest ?? null,
  });
  return decision.verdict === 'agreed' && !isEqual ? { ...decision, rule: ARRIVED } : decision;
}

const ARRIVED = "Salesforce holds what Dynamics' value maps to";

/** What came from Dynamics and stands in Salesforce is agreed, even where mapping it back gives something else. */
function hasArrived({ direction, salesforceField }: FieldMapping, { salesforce }: MergeInput): boolean {
  if (direction !== 'Both' || salesforceField === null || salesforce === undefined) return false;
  const given = salesforce.inbound[salesforceField] ?? null;
  // Blank is also what a reference gives whose record nobody linked: it tells nothing.
  return given !== null && salesforceText(salesforce.fields[salesforceField] ?? null) === salesforceText(given);
}

type Hashed = {
  readonly key: HashKey;
  readonly type: FieldType;
  readonly mapped: MappedField;
  readonly current: Value;
};

/** Not every decision needs all of them, and hashing is what costs most here: each is made when it is first asked for. */
class HashesOnDemand implements SideHashes {
  readonly #of: Hashed;
  #salesforce: string | null = null;
  #dynamics: string | null = null;
  #outbound: string | null = null;

  constructor(of: Hashed) {
    this.#of = of;
  }

  get salesforce(): string {
    const { key, mapped } = this.#of;
    return (this.#salesforce ??= key.hash(inputText(mapped.field, mapped.input)));
  }

  get dynamics(): string {
    const { key, mapped, current, type } = this.#of;
    return (this.#dynamics ??= hashOf(key, mapped.field, current, type));
  }

  get outbound(): string {
    const { key, mapped, type } = this.#of;
    return (this.#outbound ??= hashOf(key, mapped.field, mapped.value, type));
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
  const hashes = {
    salesforce: input.key.hash(inputText(field, { held: sides.held })),
    dynamics: hashOf(input.key, field, current, type),
    outbound: '',
  };
  const { baseline, ...moved } = movesOf(field, hashes, { ...input, plain: { current, type } });
  const isSame = salesforceText(sides.held) === salesforceText(sides.wanted);
  return {
    field,
    name: field.name,
    dynamicsField: field.dynamicsField,
    ...moved,
    ...ownedDecision(isSame, baseline, moved),
    outbound: sides.held,
    current,
    baseline,
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

function movesOf(
  field: FieldMapping,
  hashes: SideHashes,
  now: Pick<MergeInput, 'bases' | 'key'> & { readonly plain: { readonly current: Value; readonly type: FieldType } },
): Moves {
  const { bases, key, plain } = now;
  const base = bases.find((candidate) => candidate.field === field.name);
  const plainDynamics = (): string => hashOf(key, { ...field, options: {} }, plain.current, plain.type);
  return movesSince(base, { field, keyId: key.keyId, hashes, plainDynamics });
}

/** One form for what Dynamics holds and what is to be written there: where they are the same, one hash is made for both. */
function hashOf(key: HashKey, field: FieldMapping, value: Value, type: FieldType): string {
  return key.hash(`${field.name}/${text(field, value, type)}`);
}

const text = (field: FieldMapping, value: Value, type: FieldType): string => canonicalText(value, field, type);

const isKey = (entity: EntityDescription, name: string): boolean => entity.key.includes(name);

function typeOf(entity: EntityDescription, name: string): FieldType {
  return entity.fields.get(name)?.type ?? { kind: 'string', maxLength: null };
}
