import type { Value, Values } from '../dynamics/connector.ts';
import { cleanText } from './canonical.ts';
import { decimalText, parseDecimal } from './decimal.ts';
import type { FieldMapping } from './mapping.ts';
import type { Base } from './unit.ts';
import type { Baseline } from './verdict.ts';

/** Each side's hash as it stands now, and that of what the mapping makes of Salesforce's input. */
export type SideHashes = {
  /** Over what the field reads in Salesforce, before formula and value map: a mended mapping leaves it as it is. */
  readonly salesforce: string;
  readonly dynamics: string;
  readonly outbound: string;
};

/** What the last agreement tells of a field: whether it counts, and which side moved from its own value since. */
export type Moves = {
  readonly baseline: Baseline;
  readonly salesforceMoved: boolean;
  readonly dynamicsMoved: boolean;
};

/** Enough of a hash to tell whether a mapping makes the same of the same input as before. */
const MADE_LENGTH = 8;

/**
 * Names the mapping that an agreement was made under, in a base's `mappingVersion`: which fields it compared, how it made one of the
 * other, and what it made of this very input. So a value map that got an entry leaves the agreement of all other values alone.
 */
export function stampOf(field: Pick<FieldMapping, 'form' | 'version'>, outbound: string): string {
  return [field.form, field.version, outbound.slice(0, MADE_LENGTH)].join('/');
}

/**
 * Compares each side with its own last agreement. A person's edit is seen across versions of the mapping; where the mapping makes
 * something else of an input that nobody moved, the agreement is `remapped`, unless the mapping is the same: then a parent's number moved.
 */
export function movesSince(
  base: Base | undefined,
  now: {
    readonly field: FieldMapping;
    readonly keyId: string;
    readonly hashes: SideHashes;
    /** Dynamics' hash without the mapping's own rules of comparison, which may be what changed. */
    readonly plainDynamics: () => string;
  },
): Moves {
  const { field, hashes } = now;
  if (base === undefined) return { baseline: 'none', ...UNMOVED };
  // Without a hash that can be compared nobody can say who moved: then neither is said to have.
  if (base.keyId !== now.keyId) return { baseline: 'stale', ...UNMOVED };
  const [form, version, made] = base.mappingVersion.split('/');
  if (form !== field.form) return { baseline: 'remapped', ...UNMOVED };
  const isSameVersion = version === field.version;
  const isDynamicsKept =
    base.dynamicsHash === hashes.dynamics || (!isSameVersion && base.dynamicsHash === now.plainDynamics());
  const isMadeSame = made === hashes.outbound.slice(0, MADE_LENGTH);
  const isInputMoved = base.salesforceHash !== hashes.salesforce;
  return {
    baseline: isSameVersion || isMadeSame ? 'valid' : 'remapped',
    salesforceMoved: isInputMoved || (isSameVersion && !isMadeSame),
    dynamicsMoved: !isDynamicsKept,
  };
}

const UNMOVED = { salesforceMoved: false, dynamicsMoved: false };

/** The text in which what a field reads in Salesforce is hashed; the order in which a formula reads plays no part. */
export function inputText(field: FieldMapping, input: Values): string {
  const names = Object.keys(input);
  const sorted = names.length > 1 ? names.toSorted() : names;
  return `${field.name}<${JSON.stringify(sorted.map((name) => salesforceText(input[name] ?? null)))}`;
}

/** A Salesforce value as it is compared with another: an empty checkbox is false. */
export function salesforceText(value: Value): string {
  if (value === null || value === false) return '';
  const decimal = typeof value === 'string' ? parseDecimal(value.trim()) : null;
  return decimal === null ? (cleanText(String(value)) ?? '') : decimalText(decimal);
}
