import codes from '../../contracts/error-codes.json' with { type: 'json' };

/** The stable codes of contracts/error-codes.json: everything decides on these, never on a message. */
export type ErrorCode = keyof typeof codes;

/** What happened to one unit; each asks for one reaction (ARCHITECTURE.md, "Outcomes"). */
export type Outcome =
  | 'created'
  | 'updated'
  | 'unchanged'
  | 'linked'
  | 'skipped'
  | 'held'
  | 'waiting'
  | 'deferred'
  | 'partial'
  | 'conflict'
  | 'rejected'
  | 'blocked'
  | 'failed';

/** Who must act on a fault. */
export type Owner = 'user' | 'admin' | 'finance' | 'integrationOwner' | 'developer' | 'causeway' | 'nobody';

/** One thing that is wrong with one unit: a stable code, the field at fault if there is one, and a sentence for the person who owns it. */
export type Fault = {
  readonly code: ErrorCode;
  readonly field: string | null;
  readonly message: string;
  readonly retryAfterMs: number | null;
};

/** Builds a fault; `message` must say what is wrong in plain words and hold no value of an audited or secret field. */
export function fault(code: ErrorCode, message: string, detail: { field?: string; retryAfterMs?: number } = {}): Fault {
  return { code, field: detail.field ?? null, message, retryAfterMs: detail.retryAfterMs ?? null };
}

/** Whether a text is one of our codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(codes, text);
}

/** The outcome, owner, text, fix and HTTP status that contracts/error-codes.json gives a code. */
export function describeCode(code: ErrorCode): {
  outcome: Outcome | null;
  owner: Owner;
  text: string;
  fix: string;
  status: number | null;
} {
  const entry: { outcome: string | null; owner: string; text: string; fix: string; status?: number } = codes[code];
  return {
    outcome: entry.outcome as Outcome | null,
    owner: entry.owner as Owner,
    text: entry.text,
    fix: entry.fix,
    status: entry.status ?? null,
  };
}

/** The outcome of a unit with this fault; codes of whole calls mean that something failed. */
export function outcomeOfCode(code: ErrorCode): Outcome {
  return describeCode(code).outcome ?? 'failed';
}

/** An error that carries its decision: a stable code, whether and when to try again, and the cause for the log only. */
export class RelayError extends Error {
  override readonly name = 'RelayError';
  readonly code: ErrorCode;
  readonly field: string | null;
  readonly retryAfterMs: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    detail: { field?: string; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.field = detail.field ?? null;
    this.retryAfterMs = detail.retryAfterMs ?? null;
  }

  /** True where the same call may succeed later without anybody acting. */
  get isRetryable(): boolean {
    return RETRYABLE_STATUS.has(describeCode(this.code).status ?? 0) || describeCode(this.code).outcome === 'deferred';
  }
}

const RETRYABLE_STATUS = new Set([409, 429, 502, 503]);

/** The fault that an error means for one unit; what is not ours becomes UNEXPECTED without its text. */
export function toFault(error: unknown): Fault {
  if (error instanceof RelayError) {
    return { code: error.code, field: error.field, message: error.message, retryAfterMs: error.retryAfterMs };
  }
  return fault('UNEXPECTED', describeCode('UNEXPECTED').text);
}
