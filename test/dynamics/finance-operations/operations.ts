import { resolveAddress, type Target } from './address.ts';
import { type Environment } from './environment.ts';
import { countCollection, isVisible, readCollection, readRecord, type ReadContext } from './query.ts';
import { Refusal, notFound, refusalBody } from './refusals.ts';
import { type EntitySet } from './schema.ts';
import { type Row } from './state.ts';
import { type MetadataLevel, etagOf, keyAddress } from './wire.ts';
import { checkTag, createRecord, deleteRecord, updateRecord } from './write.ts';

/** One OData operation, from a request of its own or from a part of a batch. */
export type Operation = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string>>;
  body: string;
};

/** The answer to one operation. */
export type Answer = { status: number; headers: Record<string, string>; body: string };

/** Who calls and through which address. */
export type Caller = { company: string; root: string; pageSize: number };

type Call = {
  operation: Operation;
  caller: Caller;
  environment: Environment;
  level: MetadataLevel;
  company: string | null;
};

const VERSION = { 'OData-Version': '4.0' };

function levelOf(accept: string | undefined): MetadataLevel {
  const match = /odata\.metadata=(none|minimal|full)/.exec(accept ?? '');
  return match === null ? 'minimal' : (match[1] as MetadataLevel);
}

function json(status: number, body: string, call: Call, headers: Record<string, string> = {}): Answer {
  const type = `application/json; odata.metadata=${call.level}; odata.streaming=true`;
  return { status, headers: { ...VERSION, 'Content-Type': type, ...headers }, body };
}

function noContent(headers: Record<string, string> = {}): Answer {
  return { status: 204, headers: { ...VERSION, ...headers }, body: '' };
}

function readContext(call: Call): ReadContext {
  const { schema, state } = call.environment;
  const { root, pageSize } = call.caller;
  return { schema, state, root, pageSize, level: call.level, company: call.company };
}

function findRow(set: EntitySet, key: Readonly<Record<string, string>>, call: Call): Row {
  const { schema, state } = call.environment;
  const tableKeys = schema.tables.get(set.table)?.keys ?? set.keys;
  const isPrimary = tableKeys.every((field) => field in key);
  const row = isPrimary
    ? state.get(set.table, ...tableKeys.map((field) => key[field] ?? ''))
    : findByViewKey(set, key, call);
  if (row === undefined || !isVisible(set, row, call.company))
    throw notFound(`${call.caller.root}${call.operation.path}`);
  return row;
}

function findByViewKey(set: EntitySet, key: Readonly<Record<string, string>>, call: Call): Row | undefined {
  const field = set.keys.find((name) => name !== set.companyField) ?? '';
  const matches = (row: Row): boolean =>
    set.keys.every((name) => (row.values[name] ?? '').toLowerCase() === (key[name] ?? '').toLowerCase());
  return [...call.environment.state.rowsWith(set.table, field, key[field] ?? '')].find(matches);
}

function create(set: EntitySet, call: Call): Answer {
  const { caller, environment, operation } = call;
  const row = createRecord(set, operation.body, caller.company, environment);
  const body = readRecord(set, row, new URLSearchParams(), readContext(call));
  return json(201, body, call, { Location: caller.root + keyAddress(set, row), ETag: etagOf(row) });
}

function onCollection(set: EntitySet, call: Call): Answer {
  const { method, query } = call.operation;
  if (method === 'GET') return json(200, readCollection(set, query, readContext(call)), call);
  if (method === 'POST') return create(set, call);
  throw new Refusal(405, `The requested resource does not support http method '${method}'.`);
}

function onRecord(target: Target & { kind: 'record' }, call: Call): Answer {
  const { environment, operation } = call;
  const { set } = target;
  const row = findRow(set, target.key, call);
  const ifMatch = operation.headers['if-match'];
  switch (operation.method) {
    case 'GET':
      return json(200, readRecord(set, row, operation.query, readContext(call)), call, { ETag: etagOf(row) });
    case 'PATCH':
    case 'PUT':
      checkTag(row, ifMatch, environment);
      updateRecord(set, row, operation.body, environment);
      return noContent({ ETag: etagOf(row) });
    case 'DELETE':
      checkTag(row, ifMatch, environment);
      deleteRecord(set, row, environment);
      return noContent();
    default:
      throw new Refusal(405, `The requested resource does not support http method '${operation.method}'.`);
  }
}

function serviceDocument(call: Call): Answer {
  const value = [...call.environment.schema.sets.keys()].map((name) => ({ name, kind: 'EntitySet', url: name }));
  return json(200, JSON.stringify({ '@odata.context': `${call.caller.root}$metadata`, value }), call);
}

function answerTarget(target: Target, call: Call): Answer {
  switch (target.kind) {
    case 'collection':
      return onCollection(target.set, call);
    case 'record':
      return onRecord(target, call);
    case 'count': {
      const count = countCollection(target.set, call.operation.query, readContext(call));
      return { status: 200, headers: { ...VERSION, 'Content-Type': 'text/plain' }, body: count };
    }
    case 'service':
      return serviceDocument(call);
    case 'metadata':
    case 'batch':
      throw notFound(call.operation.path);
  }
}

/** Turns a refusal into its answer. */
export function refusalAnswer(refusal: Refusal): Answer {
  const headers = { ...VERSION, 'Content-Type': 'application/json; odata.metadata=minimal', ...refusal.headers };
  return { status: refusal.status, headers, body: refusalBody(refusal) };
}

/** Runs one operation to its end, or throws a refusal; each operation is atomic by itself. */
export function runOperation(operation: Operation, caller: Caller, environment: Environment): Answer {
  const isCrossCompany = operation.query.get('cross-company') === 'true';
  const level = levelOf(operation.headers['accept']);
  const call = { operation, caller, environment, level, company: isCrossCompany ? null : caller.company };
  return answerTarget(resolveAddress(operation.path, environment.schema), call);
}

/** Runs one operation; refusals become answers. */
export function answerOperation(operation: Operation, caller: Caller, environment: Environment): Answer {
  try {
    return runOperation(operation, caller, environment);
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error);
    throw error;
  }
}
