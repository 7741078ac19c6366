import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { Pool } from 'undici';
import { RelayError } from '../errors.ts';
import { answerHead, answerHeaders } from '../http/answer-headers.ts';
import { answerProblem } from '../http/problem-answer.ts';
import { traceOf } from '../http/request-trace.ts';
import { actorOf } from '../http/route.ts';
import type { Caller, CallerVerifier, DynamicsTokens } from '../identity/identity.ts';
import type { Settings, Verb } from '../settings.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { describeWrite } from './audit-write.ts';
import { requireConnection, requireReadable, requireVerb, type FindNavigation } from './forward-access.ts';
import { answerFailure } from './forward-failure.ts';
import { requestHeaders, requirePlainRequest } from './forward-headers.ts';
import { parseForwardPath, type ForwardTarget } from './forward-path.ts';
import { parseForwardQuery } from './forward-query.ts';
import { passThrough, PassThroughError, type UpstreamRequest } from './pass-through.ts';

/** Everything the forwarder needs. */
export type ForwarderDependencies = {
  readonly settings: Pick<Settings, 'connections' | 'orgs'>;
  readonly verifier: CallerVerifier;
  readonly tokens: DynamicsTokens;
  readonly appendAudit: Store['appendAudit'];
  readonly navigation: FindNavigation;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock: () => Date;
  readonly ids: () => string;
};

/** Lets Apex read, and where registered write, Dynamics without a credential of its own. */
export type Forwarder = {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Closes the connections to Dynamics once nothing is under way on them. */
  close(): Promise<void>;
};

/** What is forwarded, by the name of its method. */
const METHODS: ReadonlyMap<string, Pick<Forwarding, 'method' | 'verb'>> = new Map([
  ['GET', { method: 'GET', verb: 'read' }],
  ['POST', { method: 'POST', verb: 'create' }],
  ['PATCH', { method: 'PATCH', verb: 'update' }],
  ['PUT', { method: 'PUT', verb: 'update' }],
  ['DELETE', { method: 'DELETE', verb: 'delete' }],
]);
const ALLOW = [...METHODS.keys()].join(', ');
const ROUTE = '/v1/forward/:connection';

/** Salesforce waits for a callout 120 s at most: a little less, so that it is we who tell what happened. */
const POOL_OPTIONS = {
  connections: 64,
  pipelining: 1,
  connect: { timeout: 10_000 },
  headersTimeout: 110_000,
  bodyTimeout: 110_000,
};

/** Builds the forwarder over one connection pool per environment: a bare express.Router, since an app costs more than all the rest. */
export function createForwarder(deps: ForwarderDependencies): Forwarder {
  const environments = createEnvironments(deps.settings);
  const router = express.Router();
  // Every path below the prefix is forwarded or refused by its own grammar, so there is nothing for the router to match.
  router.use((request, response, next) => {
    const known = METHODS.get(request.method);
    if (known !== undefined) return forward(deps, environments, { ...known, request, response });
    next();
  });
  router.use(refuseMethod(deps.log));
  return {
    handle: (request, response) => {
      traceOf(request).route = ROUTE;
      const answer = (error: unknown) => answerFailure(deps.log, request, response, error);
      router(request as express.Request, response as express.Response, answer);
    },
    close: async () => {
      await Promise.all([...environments.values()].map(({ pool }) => pool.close()));
    },
  };
}

type Forwarding = {
  readonly method: UpstreamRequest['method'];
  readonly verb: Verb;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
};

/** A way to Dynamics: its connections, and the path that its address begins with. */
type Environment = { readonly pool: Pool; readonly basePath: string };

function createEnvironments(settings: Pick<Settings, 'connections'>): Map<string, Environment> {
  return new Map(
    [...settings.connections.values()].map(({ key, url }) => {
      const { origin, pathname } = new URL(url);
      return [key, { pool: new Pool(origin, POOL_OPTIONS), basePath: pathname.replace(/\/$/, '') }];
    }),
  );
}

async function forward(
  deps: ForwarderDependencies,
  environments: ReadonlyMap<string, Environment>,
  forwarding: Forwarding,
): Promise<void> {
  const { request, verb, method } = forwarding;
  const trace = traceOf(request);
  const caller = await deps.verifier.verify(request.headers.authorization, { once: verb !== 'read' });
  trace.org = caller.org;
  const target = parseForwardPath(request.url ?? '');
  const connection = requireConnection(deps.settings, caller, target);
  requireVerb(connection, target, verb);
  const mayHaveBody = verb === 'create' || verb === 'update';
  requirePlainRequest(request.headers, mayHaveBody);
  const { text, expands } = parseForwardQuery(target.query);
  if (expands.length > 0) {
    const { correlationId } = trace;
    await requireReadable(deps.navigation, connection, { entitySet: target.entitySet, expands, verb, correlationId });
  }
  const environment = environments.get(connection.key);
  if (environment === undefined) throw new Error(`no pool for connection ${connection.key}`);
  const { pool, basePath } = environment;
  const run = (token: string) => {
    const headers = requestHeaders(request.headers, token);
    const upstream = { method, path: `${basePath}${target.path}?${text}`, headers, body: mayHaveBody ? request : null };
    return exchange(deps, pool, { caller, target, forwarding, upstream });
  };
  await withToken(deps.tokens, connection.key, { mayRepeat: verb === 'read', run });
}

/** A token that Dynamics refuses is forgotten; what can be repeated is, once. */
async function withToken(
  tokens: DynamicsTokens,
  connection: string,
  call: { readonly mayRepeat: boolean; readonly run: (token: string) => Promise<void> },
): Promise<void> {
  const token = await tokens.token(connection);
  try {
    await call.run(token);
  } catch (error) {
    if (!(error instanceof PassThroughError) || error.reason !== 'unauthorized') throw error;
    tokens.invalidate(connection, token);
    if (!call.mayRepeat) throw error;
    await call.run(await tokens.token(connection));
  }
}

type Exchange = {
  readonly caller: Caller;
  readonly target: ForwardTarget;
  readonly forwarding: Forwarding;
  readonly upstream: UpstreamRequest;
};

async function exchange(deps: ForwarderDependencies, pool: Pool, it: Exchange): Promise<void> {
  const { target, forwarding, upstream } = it;
  const { request, response } = forwarding;
  const audit = forwarding.verb === 'read' ? null : auditOf(deps, it);
  const call = { system: 'dynamics', target: target.connection, operation: `forward.${forwarding.verb}` } as const;
  const passing = { response, head: answerHead(traceOf(request)), conclude: audit };
  try {
    const { status } = await deps.metrics.external(call, () => passThrough(pool, upstream, passing));
    if (status === 429) deps.metrics.throttled('dynamics', target.connection);
  } catch (error) {
    // Where an answer came, it was entered before it was passed on; where none came, nobody knows what happened.
    const mayHaveHappened = error instanceof PassThroughError && error.wasSent && error.reason !== 'notConcluded';
    if (audit !== null && mayHaveHappened && !response.headersSent) await audit(null);
    throw error;
  }
}

function auditOf(deps: ForwarderDependencies, it: Exchange): (status: number | null) => Promise<void> {
  const { org } = it.caller;
  const { correlationId } = traceOf(it.forwarding.request);
  return async (status) => {
    const write = {
      verb: it.forwarding.verb,
      target: it.target,
      status,
      org,
      actor: actorOf(it.caller),
      correlationId,
    };
    await deps.appendAudit([describeWrite({ ...write, id: deps.ids(), at: deps.clock() })]);
  };
}

function refuseMethod(log: Logger): express.RequestHandler {
  return (request, response) => {
    response.setHeaders(answerHeaders(traceOf(request)));
    response.setHeader('Allow', ALLOW);
    const error = new RelayError('NOT_FOUND', `Forwarding takes ${ALLOW} only.`);
    answerProblem(request, response, { error, log, status: 405 });
  };
}
