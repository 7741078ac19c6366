import { describe, expect, test } from '@jest/globals';
import { decide, type FieldFacts, type Verdict } from './verdict.ts';

function facts(overrides: Partial<FieldFacts> = {}): FieldFacts {
  return {
    direction: 'Both',
    policy: 'Ask',
    blankHandling: 'Send',
    baseline: 'valid',
    salesforceMoved: false,
    dynamicsMoved: false,
    isSame: false,
    isSalesforceBlank: false,
    isDynamicsBlank: false,
    newest: null,
    ...overrides,
  };
}

/** ARCHITECTURE.md, "Merge", written out: who moved → direction and policy → verdict, where the values differ. */
const TABLE: readonly (readonly [
  moved: 'neither' | 'salesforce' | 'dynamics' | 'both',
  direction: FieldFacts['direction'],
  policy: FieldFacts['policy'],
  newest: FieldFacts['newest'],
  verdict: Verdict,
])[] = [
  ['neither', 'Both', 'Salesforce', null, 'none'],
  ['neither', 'Both', 'Dynamics', null, 'none'],
  ['neither', 'Both', 'Newest', 'salesforce', 'none'],
  ['neither', 'Both', 'Ask', null, 'none'],
  ['neither', 'ToDynamics', 'Salesforce', null, 'none'],
  ['neither', 'ToDynamics', 'Ask', null, 'none'],
  ['salesforce', 'Both', 'Salesforce', null, 'toDynamics'],
  ['salesforce', 'Both', 'Dynamics', null, 'toDynamics'],
  ['salesforce', 'Both', 'Newest', 'dynamics', 'toDynamics'],
  ['salesforce', 'Both', 'Ask', null, 'toDynamics'],
  ['salesforce', 'ToDynamics', 'Salesforce', null, 'toDynamics'],
  ['salesforce', 'ToDynamics', 'Dynamics', null, 'toDynamics'],
  ['salesforce', 'ToDynamics', 'Ask', null, 'toDynamics'],
  ['dynamics', 'Both', 'Salesforce', null, 'toSalesforce'],
  ['dynamics', 'Both', 'Dynamics', null, 'toSalesforce'],
  ['dynamics', 'Both', 'Newest', 'salesforce', 'toSalesforce'],
  ['dynamics', 'Both', 'Ask', null, 'toSalesforce'],
  ['dynamics', 'ToDynamics', 'Salesforce', null, 'kept'],
  ['dynamics', 'ToDynamics', 'Dynamics', null, 'kept'],
  ['dynamics', 'ToDynamics', 'Ask', null, 'kept'],
  ['both', 'Both', 'Salesforce', null, 'toDynamics'],
  ['both', 'Both', 'Dynamics', null, 'toSalesforce'],
  ['both', 'Both', 'Newest', 'salesforce', 'toDynamics'],
  ['both', 'Both', 'Newest', 'dynamics', 'toSalesforce'],
  ['both', 'Both', 'Newest', null, 'conflict'],
  ['both', 'Both', 'Ask', null, 'conflict'],
  ['both', 'ToDynamics', 'Salesforce', null, 'toDynamics'],
  ['both', 'ToDynamics', 'Dynamics', null, 'kept'],
  ['both', 'ToDynamics', 'Newest', 'salesforce', 'toDynamics'],
  ['both', 'ToDynamics', 'Newest', 'dynamics', 'kept'],
  ['both', 'ToDynamics', 'Newest', null, 'conflict'],
  ['both', 'ToDynamics', 'Ask', null, 'conflict'],
];

describe('with a base', () => {
  test.each(TABLE)('%s moved, %s, policy %s, newest %s: %s', (...[moved, direction, policy, newest, verdict]) => {
    const salesforceMoved = moved === 'salesforce' || moved === 'both';
    const dynamicsMoved = moved === 'dynamics' || moved === 'both';

    const decision = decide(facts({ direction, policy, newest, salesforceMoved, dynamicsMoved }));

    expect(decision.verdict).toBe(verdict);
  });

  test.each([
    [false, false, 'none'],
    [true, false, 'agreed'],
    [false, true, 'agreed'],
    [true, true, 'agreed'],
  ])('values that are the same agree, whoever moved (%s, %s): %s', (salesforceMoved, dynamicsMoved, verdict) => {
    expect(decide(facts({ isSame: true, salesforceMoved, dynamicsMoved })).verdict).toBe(verdict);
  });
});

describe('the first agreement', () => {
  test.each<[Partial<FieldFacts>, Verdict]>([
    [{ isSame: true }, 'agreed'],
    [{ policy: 'Ask' }, 'conflict'],
    [{ policy: 'Salesforce' }, 'toDynamics'],
    [{ policy: 'Dynamics' }, 'toSalesforce'],
    [{ policy: 'Dynamics', direction: 'ToDynamics' }, 'kept'],
    [{ policy: 'Newest', newest: 'salesforce' }, 'toDynamics'],
    [{ policy: 'Newest' }, 'conflict'],
    [{ policy: 'Ask', isDynamicsBlank: true }, 'toDynamics'],
    [{ policy: 'Dynamics', isDynamicsBlank: true }, 'toDynamics'],
    [{ policy: 'Ask', isSalesforceBlank: true }, 'toSalesforce'],
    [{ policy: 'Salesforce', isSalesforceBlank: true }, 'toSalesforce'],
    [{ policy: 'Salesforce', isSalesforceBlank: true, direction: 'ToDynamics' }, 'kept'],
  ])('of %j: %s', (overrides, verdict) => {
    expect(decide(facts({ baseline: 'none', ...overrides })).verdict).toBe(verdict);
  });
});

describe('a base made with another key', () => {
  test.each<[FieldFacts['policy'], Verdict]>([
    ['Ask', 'conflict'],
    ['Salesforce', 'kept'],
    ['Dynamics', 'kept'],
    ['Newest', 'kept'],
  ])('policy %s: %s, audited as re-baselined', (policy, verdict) => {
    const decision = decide(facts({ baseline: 'stale', policy, newest: 'salesforce' }));

    expect(decision).toMatchObject({ verdict, rule: expect.stringMatching(/^Re-baselined/) });
  });

  test('values that are the same simply agree', () => {
    expect(decide(facts({ baseline: 'stale', isSame: true })).verdict).toBe('agreed');
  });
});

describe('a mapping that makes something else of the same', () => {
  test.each<[Partial<FieldFacts>, Verdict]>([
    [{ policy: 'Salesforce' }, 'conflict'],
    [{ policy: 'Dynamics' }, 'conflict'],
    [{ policy: 'Salesforce', salesforceMoved: true }, 'toDynamics'],
    [{ policy: 'Salesforce', dynamicsMoved: true }, 'toSalesforce'],
    [{ policy: 'Ask', salesforceMoved: true, dynamicsMoved: true }, 'conflict'],
    [{ isSame: true }, 'agreed'],
  ])('%j: %s', (overrides, verdict) => {
    expect(decide(facts({ baseline: 'remapped', ...overrides })).verdict).toBe(verdict);
  });
});

test('a blank that is kept is not sent, and the rule says so', () => {
  const emptied = facts({ blankHandling: 'Keep', isSalesforceBlank: true, salesforceMoved: true });

  expect(decide(emptied)).toEqual({
    verdict: 'kept',
    rule: "Only Salesforce moved: Salesforce's blank is not sent, Dynamics' value stays",
  });
});

function everyCase(): FieldFacts[] {
  const flags = [false, true];
  const axes = {
    direction: ['Both', 'ToDynamics'],
    policy: ['Salesforce', 'Dynamics', 'Newest', 'Ask'],
    blankHandling: ['Send', 'Keep'],
    baseline: ['none', 'stale', 'valid'],
    salesforceMoved: flags,
    dynamicsMoved: flags,
    isSame: flags,
    isSalesforceBlank: flags,
    isDynamicsBlank: flags,
    newest: ['salesforce', 'dynamics', null],
  };
  return Object.entries(axes)
    .reduce<Record<string, unknown>[]>(
      (cases, [name, values]) => cases.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
      [{}],
    )
    .map((one) => one as FieldFacts)
    .filter((one) => one.baseline === 'valid' || (!one.salesforceMoved && !one.dynamicsMoved))
    .filter((one) => one.isSame || !(one.isSalesforceBlank && one.isDynamicsBlank));
}

describe('in every case', () => {
  const cases = everyCase();
  const violations = (isViolated: (one: FieldFacts, decision: ReturnType<typeof decide>) => boolean) =>
    cases.filter((one) => isViolated(one, decide(one)));

  test('there are hundreds of them', () => {
    expect(cases.length).toBeGreaterThan(1_000);
  });

  test("nobody's edit is lost without the rule saying so", () => {
    const lost = violations((one, { verdict, rule }) => {
      const stands = one.isSame || verdict === 'conflict';
      const dynamicsLost = one.dynamicsMoved && !stands && verdict === 'toDynamics';
      const salesforceLost = one.salesforceMoved && !stands && (verdict === 'toSalesforce' || verdict === 'kept');
      return (
        (dynamicsLost && !rule.includes("Dynamics' value is overwritten")) ||
        (salesforceLost && !/Salesforce's (value does not stand|blank is not sent)/.test(rule))
      );
    });

    expect(lost).toEqual([]);
  });

  test('where a side moved, something is decided', () => {
    expect(violations((one, { verdict }) => (one.salesforceMoved || one.dynamicsMoved) && verdict === 'none')).toEqual(
      [],
    );
  });

  test('a re-baseline never writes', () => {
    const writes = violations(
      (one, { verdict }) => one.baseline === 'stale' && (verdict === 'toDynamics' || verdict === 'toSalesforce'),
    );

    expect(writes).toEqual([]);
  });

  test('what goes only to Dynamics never comes back', () => {
    expect(violations((one, { verdict }) => one.direction === 'ToDynamics' && verdict === 'toSalesforce')).toEqual([]);
  });

  test('policy Ask never decides between two edits', () => {
    const decided = violations(
      (one, { verdict }) =>
        one.policy === 'Ask' && one.salesforceMoved && one.dynamicsMoved && !one.isSame && verdict !== 'conflict',
    );

    expect(decided).toEqual([]);
  });

  test('a blank that is kept never empties Dynamics', () => {
    const emptied = violations(
      (one, { verdict }) => one.blankHandling === 'Keep' && one.isSalesforceBlank && verdict === 'toDynamics',
    );

    expect(emptied).toEqual([]);
  });

  test('only a field whose sides agree stays without a verdict', () => {
    const silent = violations((one, { verdict }) => verdict === 'none' && one.baseline !== 'valid');

    expect(silent).toEqual([]);
  });
});
