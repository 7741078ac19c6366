import { pino, stdSerializers } from 'pino';
import type { Settings } from '../settings.ts';

/** What a log line says besides its message: ids, codes, counts and durations; never bodies or values of records. */
export type LogFields = Readonly<Record<string, unknown>>;

type Write = (fields: LogFields, message: string) => void;

/** The log as the relay sees it: fields first, then one sentence. `err` takes an error and keeps its stack and causes. */
export type Logger = {
  readonly trace: Write;
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  readonly fatal: Write;
  child(fields: LogFields): Logger;
};

const SECRET_NAMES = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'token',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'secret',
  'clientsecret',
  'assertion',
  'clientassertion',
  'password',
  'privatekey',
  'privatekeypem',
  'masterkey',
  'body',
]);
const JSON_WEB_TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi;
const SECRET_PARAMETER = /\b((?:client_)?(?:secret|assertion)|access_token|password)=[^&\s"']+/gi;
const EVENT_SECRET = /(\/v1\/events\/[^/\s]+\/[^/\s]+\/)[^/\s?"']+/g;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g;
/** What JSON.parse quotes of a text that is not JSON. */
const QUOTED_TEXT = /(Unexpected token )[\s\S]{1,8}?, [\s\S]{0,80}?( is not valid JSON)/g;
const REDACTED = '[redacted]';
const MAX_DEPTH = 8;

/** Takes credentials out of a text, wherever in it they stand: tokens, secrets, keys, the secret in an event's path; and what a parser quotes. */
export function redactText(text: string): string {
  return text
    .replace(PRIVATE_KEY, REDACTED)
    .replace(JSON_WEB_TOKEN, REDACTED)
    .replace(BEARER, `$1 ${REDACTED}`)
    .replace(SECRET_PARAMETER, `$1=${REDACTED}`)
    .replace(EVENT_SECRET, `$1${REDACTED}`)
    .replace(QUOTED_TEXT, `$1${REDACTED}$2`);
}

/** One JSON line per call, credentials taken out by name and by shape before anything is written. */
export function createLogger(options: {
  readonly level: Settings['logLevel'];
  readonly destination?: { write(line: string): void };
}): Logger {
  const configuration = {
    level: options.level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: {
      logMethod(args: unknown[], method: (...values: unknown[]) => void) {
        const [fields, message] = args;
        method.call(this, redact(fields, 0), redactText(String(message)));
      },
    },
  };
  return narrow(options.destination ? pino(configuration, options.destination) : pino(configuration));
}

type PinoLike = Record<'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal', Write> & {
  child(fields: object): PinoLike;
};

function narrow(logger: PinoLike): Logger {
  return {
    trace: (fields, message) => logger.trace(fields, message),
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    fatal: (fields, message) => logger.fatal(fields, message),
    child: (fields) => narrow(logger.child(redact(fields, 0) as object)),
  };
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Error) return redact(describeError(value), depth);
  if (value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, isSecretName(name) ? REDACTED : redact(item, depth + 1)]),
  );
}

function isSecretName(name: string): boolean {
  return SECRET_NAMES.has(name.toLowerCase().replace(/[-_]/g, ''));
}

/** Only what says where and why: the libraries hang whole requests and answers on their errors. */
function describeError(error: Error): Record<string, unknown> {
  const { type, message, stack } = stdSerializers.err(error);
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    type,
    message,
    stack,
    ...(typeof code === 'string' ? { code } : {}),
    ...(error instanceof AggregateError ? { errors: error.errors } : {}),
  };
}
