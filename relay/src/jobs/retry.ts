import { describeCode, RelayError, type ErrorCode } from '../errors.ts';
import { LONGEST_ASKED_PAUSE_MS, type JobPolicy } from './job-policies.ts';

/** Asked of the org for each attempt: what its admin corrects, or installs, holds from then on. */
const OF_THE_ORG: ReadonlySet<ErrorCode> = new Set([
  'CONFIGURATION_INVALID',
  'CONFIGURATION_UNREADABLE',
  'CONTRACT_UNSUPPORTED',
]);

/** What becomes of a job whose handler failed. */
export type Verdict =
  | { readonly kind: 'retry'; readonly afterMs: number; readonly code: ErrorCode }
  | { readonly kind: 'dead'; readonly code: ErrorCode };

/**
 * Who can end the failure: `time`, so that the job is simply tried again; an `admin`, so that it is held and tried slowly until the
 * cause is mended; or nobody, since the same job can only fail the same way.
 */
export function healerOf(error: unknown): 'time' | 'admin' | 'nobody' {
  if (!(error instanceof RelayError)) return 'time';
  if (OF_THE_ORG.has(error.code)) return 'admin';
  if (error.isRetryable) return 'time';
  return describeCode(error.code).outcome === 'blocked' ? 'admin' : 'nobody';
}

/** Decides between another attempt and the dead letters: by the error's own word and the age of the job, never by a count alone. */
export function judge(
  error: unknown,
  tried: { readonly attempt: number; readonly ageMs: number },
  policy: JobPolicy,
  random: () => number,
): Verdict {
  const code = error instanceof RelayError ? error.code : 'UNEXPECTED';
  const healer = healerOf(error);
  const isOver = tried.ageMs >= policy.giveUpAfterMs && tried.attempt >= policy.leastAttempts;
  if (healer === 'nobody' || isOver) return { kind: 'dead', code };
  const asked = Math.min((error instanceof RelayError ? error.retryAfterMs : null) ?? 0, LONGEST_ASKED_PAUSE_MS);
  const held = healer === 'admin' ? policy.heldPauseMs : 0;
  return { kind: 'retry', afterMs: Math.max(asked, held, backoffMs(tried.attempt, policy, random)), code };
}

/** Twice as long each time, and anywhere in the upper half of that, so that jobs which failed together do not return together. */
export function backoffMs(attempt: number, policy: JobPolicy, random: () => number): number {
  const ceiling = Math.min(policy.longestPauseMs, policy.firstPauseMs * 2 ** (attempt - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
