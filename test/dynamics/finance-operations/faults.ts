import { Refusal } from './refusals.ts';
import { refusalAnswer, type Answer } from './operations.ts';

/** A fault to inject: what happens, how often, after how many matching requests, and to which sets and verbs. */
export type Fault = {
  kind: 'answer' | 'delay' | 'cutBefore' | 'cutAfter' | 'expiredToken';
  status?: number;
  retryAfterSeconds?: number;
  milliseconds?: number;
  times?: number;
  after?: number;
  set?: string;
  verb?: string;
};

/** The set and verb a fault is matched against; the outer call of a batch has set `$batch`. */
export type FaultTarget = { set: string; verb: string };

/** The planned faults of an environment. */
export type Faults = {
  add(fault: Fault): void;
  clear(): void;
  /** Takes every transport fault that one of the targets triggers; a token expires only after it was accepted once. */
  takeTransport(targets: readonly FaultTarget[], call: { isTokenInUse: boolean }): Fault[];
  /** Takes the answer fault that the target triggers, if any. */
  takeAnswer(target: FaultTarget): Answer | null;
};

type Planned = { fault: Fault; waiting: number; left: number };

/** The text of a call throttled by resource. */
export const BUSY =
  'This request could not be processed at this time due to system experiencing high resource utilization.';
const GATEWAY =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>';

/** The 429 of resource-based throttling. */
export function throttled(retryAfterSeconds: number, message: string): Answer {
  return refusalAnswer(new Refusal(429, message, { headers: { 'Retry-After': String(retryAfterSeconds) } }));
}

function faultAnswer(fault: Fault): Answer {
  const status = fault.status ?? 503;
  if (status === 429) return throttled(fault.retryAfterSeconds ?? 1, BUSY);
  if (status === 502) return { status, headers: { 'Content-Type': 'text/html' }, body: GATEWAY };
  const headers: Record<string, string> =
    fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) };
  return refusalAnswer(new Refusal(status, 'The service is unavailable.', { headers }));
}

function matches({ fault }: Planned, target: FaultTarget): boolean {
  return (
    (fault.set === undefined || fault.set === target.set) && (fault.verb === undefined || fault.verb === target.verb)
  );
}

/** Creates an empty plan of faults. */
export function createFaults(): Faults {
  let planned: Planned[] = [];

  const trigger = (plan: Planned): boolean => {
    if (plan.waiting > 0) {
      plan.waiting -= 1;
      return false;
    }
    plan.left -= 1;
    if (plan.left <= 0) planned = planned.filter((other) => other !== plan);
    return true;
  };

  return {
    add: (fault) => void planned.push({ fault, waiting: fault.after ?? 0, left: fault.times ?? 1 }),
    clear() {
      planned = [];
    },
    takeTransport: (targets, { isTokenInUse }) =>
      planned
        .filter(
          (plan) =>
            plan.fault.kind !== 'answer' &&
            (plan.fault.kind !== 'expiredToken' || isTokenInUse) &&
            targets.some((target) => matches(plan, target)) &&
            trigger(plan),
        )
        .map(({ fault }) => fault),
    takeAnswer(target) {
      const plan = planned.find((candidate) => candidate.fault.kind === 'answer' && matches(candidate, target));
      return plan !== undefined && trigger(plan) ? faultAnswer(plan.fault) : null;
    },
  };
}
