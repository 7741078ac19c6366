import schema from '../../../contracts/schemas/apply-answer.v1.schema.json' with { type: 'json' };
import type { Values } from '../dynamics/connector.ts';
import { fault, isErrorCode, RelayError, type Fault } from '../errors.ts';
import { compileSchema } from '../json-schema.ts';
import { APEX_FAILED, cleanText, cleanWords, toCallError, type SalesforceError } from './faults.ts';
import type { Prefix } from './namespace.ts';
import type { ConditionalResult, ConditionalWrite, Salesforce } from './salesforce.ts';
import type { SalesforceSession } from './session.ts';

const CONTRACT = 1;
const ENDPOINT = 'v1/apply';
const PERMISSION_SET = 'Causeway Integration';

const checkAnswer = compileSchema(schema, { all: false });

type Dependencies = {
  readonly session: SalesforceSession;
  readonly prefix: Prefix;
  readonly newId: () => string;
};

/** One result of contracts/schemas/apply-answer.v1. */
type Result = {
  readonly id: string;
  readonly status: ConditionalResult['status'];
  readonly current: Values | null;
  readonly fault: { readonly code: string; readonly field: string | null; readonly message: string } | null;
};

/**
 * Writes to records that people edit, through the package's endpoint `apply`: in one transaction it locks the record, compares what
 * was expected, writes only what moved and stores what people see. An edit is never overwritten, our own write is not taken for one,
 * and a write whose answer was lost is `unchanged` when it is sent again.
 */
export function createConditionalWriter({ session, prefix, newId }: Dependencies): Pick<Salesforce, 'apply'> {
  return {
    async apply(write) {
      if (Object.keys(write.wanted).length === 0) return { status: 'unchanged' };
      const path = `/services/apexrest/${(await prefix()).replace('__', '/')}${ENDPOINT}`;
      const body = toBody(write, write.correlationId ?? newId());
      const reply = await session.send({ method: 'POST', path, what: `write ${write.type}`, body });
      if (reply.ok) return toResult(readAnswer(reply.body, write), write);
      const [error] = reply.errors;
      if (error?.code !== APEX_FAILED) throw refusedCall(reply, write, path);
      return { status: 'refused', fault: fault('SALESFORCE_REFUSED', refusalOf(write, cleanText(error))) };
    },
  };
}

/** A call of contracts/schemas/apply.v1 with one write. */
function toBody({ type, id, expected, wanted, unit }: ConditionalWrite, correlationId: string): object {
  const believed = Object.keys(wanted).map((name) => [name, expected[name] ?? null] as const);
  const write = { type, id, expected: Object.fromEntries(believed), wanted, unit: unit ?? null };
  return { contract: CONTRACT, correlationId, writes: [write] };
}

function readAnswer(body: unknown, write: ConditionalWrite): Result {
  const [wrong] = checkAnswer(withPlainContract(body));
  const [result, ...others] = wrong === undefined ? (body as { readonly results: readonly Result[] }).results : [];
  if (result?.id === write.id && others.length === 0) return result;
  const what = wrong === undefined ? 'does not tell of that one record' : `${wrong.path} ${wrong.problem}`;
  throw new RelayError(
    'CONTRACT_UNSUPPORTED',
    `The package answered the write to ${nameOf(write)} in a form that this relay does not know: ${what}. Upgrade the relay, or install the package version that belongs to it.`,
  );
}

// The session reads every number as text.
function withPlainContract(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'contract' in body
    ? { ...body, contract: Number(body.contract) }
    : body;
}

function toResult({ status, current, fault: told }: Result, write: ConditionalWrite): ConditionalResult {
  if (status === 'mismatch') return { status, current: current ?? {} };
  return status === 'refused' ? { status, fault: toFault(told, write) } : { status };
}

/** A code that only a newer package knows is at least a refusal. */
function toFault(told: Result['fault'], write: ConditionalWrite): Fault {
  const { code = '', field = null, message = '' } = told ?? {};
  const words = cleanWords(message);
  return fault(
    isErrorCode(code) ? code : 'SALESFORCE_REFUSED',
    words.includes(write.id) ? words : refusalOf(write, words === '' ? 'without a reason.' : words),
    field === null ? {} : { field },
  );
}

type Refusal = { readonly status: number; readonly errors: readonly SalesforceError[] };

function refusedCall({ status, errors }: Refusal, write: ConditionalWrite, path: string): RelayError {
  const [error] = errors;
  if (error?.ours === undefined && status === 404) {
    return new RelayError(
      'CONTRACT_UNSUPPORTED',
      `The org has no endpoint ${path}, through which ${write.type} is written. Install the package version that the compatibility table in CHANGELOG.md names.`,
    );
  }
  if (error?.code === 'FORBIDDEN') {
    return new RelayError(
      'PERMISSION_MISSING',
      `The relay’s user may not call ${path}, through which ${write.type} is written. Give it the permission set ${PERMISSION_SET}.`,
      { cause: error },
    );
  }
  return toCallError(errors, `write ${nameOf(write)}`);
}

function refusalOf(write: ConditionalWrite, words: string): string {
  return `Salesforce refused ${nameOf(write)}: ${words}`;
}

function nameOf({ type, id }: ConditionalWrite): string {
  return `${type} ${id}`;
}
