import type { Direction, FieldMapping, Policy } from './mapping.ts';

export type Verdict = 'none' | 'agreed' | 'toDynamics' | 'toSalesforce' | 'conflict' | 'kept';
export type Decision = { readonly verdict: Verdict; readonly rule: string };

/**
 * What is known of the last agreement: none yet, one made with another key, one under which the mapping made something else of what
 * Salesforce held, or one that counts.
 */
export type Baseline = 'none' | 'stale' | 'remapped' | 'valid';

/** What is known of one field of a record that exists on both sides. */
export type FieldFacts = {
  readonly direction: Exclude<Direction, 'ToSalesforce'>;
  readonly policy: Policy;
  readonly blankHandling: FieldMapping['blankHandling'];
  readonly baseline: Baseline;
  readonly salesforceMoved: boolean;
  readonly dynamicsMoved: boolean;
  readonly isSame: boolean;
  readonly isSalesforceBlank: boolean;
  readonly isDynamicsBlank: boolean;
  readonly newest: 'salesforce' | 'dynamics' | null;
};

/**
 * Decides which side's value stands (ARCHITECTURE.md, "Merge"). Where a side moved and its value does not stand, the rule says so:
 * the rule is what the audit keeps.
 */
export function decide(facts: FieldFacts): Decision {
  const { salesforceMoved, dynamicsMoved, baseline } = facts;
  if (facts.isSame) return same(facts);
  if (baseline === 'stale') return reBaselined(facts);
  if (baseline === 'none') return firstAgreement(facts);
  if (salesforceMoved && dynamicsMoved) return byPolicy(facts, 'Both moved');
  if (salesforceMoved) return salesforceWins(facts, 'Only Salesforce moved');
  if (dynamicsMoved) return dynamicsWins(facts, 'Only Dynamics moved');
  if (baseline === 'remapped') return { verdict: 'conflict', rule: REMAPPED };
  return { verdict: 'none', rule: 'Neither moved' };
}

/** A changed mapping writes nothing by itself and is not passed over either: a person is told, and the base stays. */
const REMAPPED = 'Re-baselined: the mapping was changed since both sides agreed, and neither is written';

function same({ baseline, salesforceMoved, dynamicsMoved }: FieldFacts): Decision {
  const isSettled = baseline === 'valid' && !salesforceMoved && !dynamicsMoved;
  return isSettled ? { verdict: 'none', rule: 'Neither moved' } : { verdict: 'agreed', rule: 'Both hold the same' };
}

/** A lost key tells nothing about who edited: nothing is written, and what stands becomes the new base. */
function reBaselined({ policy }: FieldFacts): Decision {
  if (policy === 'Ask') return { verdict: 'conflict', rule: 'Re-baselined, policy Ask: the values differ' };
  return { verdict: 'kept', rule: 'Re-baselined: the values differ and both stay' };
}

/** Nobody's value is emptied because the other side never had one. */
function firstAgreement(facts: FieldFacts): Decision {
  if (facts.isSalesforceBlank) return dynamicsWins(facts, 'First agreement, blank in Salesforce');
  if (facts.isDynamicsBlank) return salesforceWins(facts, 'First agreement, blank in Dynamics');
  return byPolicy(facts, 'First agreement');
}

function byPolicy(facts: FieldFacts, reason: string): Decision {
  if (facts.policy === 'Ask') return { verdict: 'conflict', rule: `${reason}, policy Ask` };
  if (facts.policy === 'Newest' && facts.newest === null) {
    return { verdict: 'conflict', rule: `${reason}, policy Newest: which is newer cannot be told` };
  }
  const because = `${reason}, policy ${facts.policy}`;
  const isSalesforce = facts.policy === 'Salesforce' || (facts.policy === 'Newest' && facts.newest === 'salesforce');
  return isSalesforce
    ? salesforceWins(facts, `${because}: Dynamics' value is overwritten`)
    : dynamicsWins(facts, `${because}: Salesforce's value does not stand`);
}

function salesforceWins({ isSalesforceBlank, blankHandling }: FieldFacts, rule: string): Decision {
  if (!isSalesforceBlank || blankHandling === 'Send') return { verdict: 'toDynamics', rule };
  return {
    verdict: 'kept',
    rule: `${rule.split(':')[0] ?? rule}: Salesforce's blank is not sent, Dynamics' value stays`,
  };
}

function dynamicsWins({ direction }: FieldFacts, rule: string): Decision {
  if (direction === 'Both') return { verdict: 'toSalesforce', rule };
  return { verdict: 'kept', rule: `${rule}; Dynamics' value stays and is not mapped back` };
}
