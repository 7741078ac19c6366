import { conflictFault } from '../conflict-fault.ts';
import type { Answer, EntityKey, RenderedRequest, Value, Values, WriteRequest } from '../../dynamics/connector.ts';
import type { Outcome } from '../../errors.ts';
import type { FieldPlan, UnitPlan } from '../exchange.ts';
import type { FieldVerdict } from '../merge.ts';
import type { LinePlan } from '../plan.ts';
import { isDocument, refusals, standing } from './plan-units.ts';
import {
  createValues,
  headerRequest,
  isCreatedTogether,
  lineRequest,
  recordRequest,
  releaseRequest,
} from './requests.ts';
import { companyOf, createStrategyOf, documentStrategyOf, type PlannedWork, type Run } from './run.ts';
import { foundOutcome, writtenOutcome } from './write-records.ts';

/**
 * Decides the units of a dry run: for each what would be written, every rule that fired, and the requests letter by letter, made by the
 * code that sends them. Nothing is written anywhere.
 */
export async function tellPlans(run: Run, works: readonly PlannedWork[]): Promise<void> {
  for (const [connector, group] of Map.groupBy(works, (work) => work.connector)) {
    const wanted = group.map((work) => ({ work, requests: isRefused(work) ? [] : requestsOf(work) }));
    const answers = await connector.render(
      wanted.flatMap(({ requests }) => requests),
      run.io,
    );
    let next = 0;
    for (const { work, requests } of wanted) {
      run.ledger.decide(work, decisionOf(work, answers.slice(next, (next += requests.length))));
    }
  }
}

const isRefused = (work: PlannedWork): boolean => refusals(work).length > 0;

function decisionOf(
  work: PlannedWork,
  rendered: readonly Answer<RenderedRequest>[],
): Parameters<Run['ledger']['decide']>[1] {
  const own = isDocument(work) ? refusals(work) : work.plan.conflicts.map(conflictFault);
  const faults = [...own, ...rendered.flatMap((answer) => (answer.ok ? [] : [answer.fault]))];
  const requests = rendered.flatMap((answer) => (answer.ok ? [answer.value] : []));
  return {
    ...standing(work),
    ...(faults.length === 0 ? { outcome: outcomeOf(work, requests.length > 0) } : { faults }),
    fingerprint: work.fingerprint,
    plan: {
      action: work.current === null ? 'create' : requests.length > 0 ? 'update' : 'none',
      fields: [
        ...work.verdicts.map((verdict) => fieldPlan(verdict, null)),
        ...work.linePlans.flatMap((line) => line.verdicts.map((verdict) => fieldPlan(verdict, line.unit.recordId))),
      ],
      rules: rulesOf(work),
      requests: requestPlans(requests, Object.values(placeholdersOf(work))),
    },
  };
}

/** The outcome that the run itself would have. */
function outcomeOf(work: PlannedWork, isWritten: boolean): Outcome {
  if (!isWritten) return foundOutcome(work);
  return isDocument(work) && work.origin === 'adopted' ? 'created' : writtenOutcome(work);
}

/** Rendered requests as the caller is told of them, each with the placeholders that it holds. */
export function requestPlans(
  requests: readonly RenderedRequest[],
  placeholders: readonly string[] = [],
): UnitPlan['requests'] {
  return requests.map((request) => {
    const text = `${request.path} ${request.body ?? ''}`;
    return { ...request, placeholders: placeholders.filter((placeholder) => text.includes(placeholder)) };
  });
}

/**
 * Every write that carrying the plan out sends, in order. What Dynamics numbers itself is not known before the header stands: a
 * placeholder (`placeholdersOf`) takes its place.
 */
function requestsOf(work: PlannedWork): WriteRequest[] {
  if (!isDocument(work)) return work.plan.action === 'none' ? [] : [recordRequest(work)];
  const header = work.plan.action === 'none' ? [] : [headerRequest(work)];
  const at = work.current?.values ?? headerToBe(work);
  const lines = work.linePlans.flatMap((line) => lineRequest(work, line, at) ?? []);
  const release = isCreatedTogether(work) ? null : releaseRequest(work, work.current?.key ?? keyToBe(work, at));
  return [...header, ...lines, ...(release === null ? [] : [release])];
}

function headerToBe(work: PlannedWork): Values {
  const given = createValues(work);
  return isCreatedTogether(work) ? given : { ...placeholdersOf(work), ...given };
}

function keyToBe({ entity, unit }: PlannedWork, header: Values): EntityKey {
  const key = entity.key.map((name): [string, Value] => [
    name,
    name === entity.companyField ? companyOf(unit) : (header[name] ?? null),
  ]);
  return Object.fromEntries(key);
}

/** What stands for the values of a new header that only Dynamics will know: `~<entity set>.<field>~`, which survives in addresses. */
function placeholdersOf({ mapping, entity }: PlannedWork): Readonly<Record<string, string>> {
  const parents = mapping.children.flatMap((child) => Object.values(child.options.parentKey ?? {}));
  const names = new Set([...entity.key, ...parents].filter((name) => name !== entity.companyField));
  return Object.fromEntries([...names].map((name) => [name, `~${mapping.entitySet}.${name}~`]));
}

function rulesOf(work: PlannedWork): string[] {
  const { mapping, routed, unit } = work;
  const condition = routed.route.condition === null ? '' : ` (${routed.route.condition.source})`;
  return [
    ...(mapping.criteria === null ? [] : [`Criteria: ${mapping.criteria.source}`]),
    `Route: ${routed.route.name}${condition} → ${unit.connection}/${unit.company}`,
    ...(mapping.handOff === 'None' ? [] : [`Hand-off: ${mapping.handOff}`]),
    ...(mapping.approvalFormula === null ? [] : [`Approval: ${mapping.approvalFormula.source}`]),
    `Record: ${work.rule} (${work.origin})`,
    ...(work.current === null ? [`Create strategy: ${createStrategyOf(work)}`] : []),
    ...(isDocument(work) ? [`Document strategy: ${documentStrategyOf(work)}`] : []),
    ...work.verdicts.map((verdict) => `${verdict.name}: ${verdict.rule}`),
    ...work.linePlans.flatMap(lineRules),
  ];
}

function lineRules(line: LinePlan): string[] {
  const { child, unit, action, verdicts } = line;
  const isGone = action === 'remove' || action === 'left';
  return [
    ...(isGone ? [`Line ${unit.recordId}: removed in Salesforce, delete policy ${child.deletePolicy}`] : []),
    ...verdicts.map(({ name, rule }) => `Line ${unit.recordId}, ${name}: ${rule}`),
  ];
}

function fieldPlan(verdict: FieldVerdict, line: string | null): FieldPlan {
  return {
    line,
    mapping: verdict.name,
    salesforceField: verdict.field.salesforceField,
    dynamicsField: verdict.dynamicsField,
    salesforceValue: verdict.outbound,
    dynamicsValue: verdict.current,
    salesforceMoved: verdict.salesforceMoved,
    dynamicsMoved: verdict.dynamicsMoved,
    policy: verdict.field.policy,
    verdict: verdict.verdict,
  };
}
