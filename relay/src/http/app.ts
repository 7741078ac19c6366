import express from 'express';
import { RelayError } from '../errors.ts';
import type { CallerVerifier } from '../identity/identity.ts';
import type { Settings } from '../settings.ts';
import type { Logger } from '../telemetry/logger.ts';
import { requireOperator } from './operator-access.ts';
import { answerProblem } from './problem-answer.ts';
import { readBody } from './read-body.ts';
import { traceOf } from './request-trace.ts';
import type { Reply, Route, RouteCall } from './route.ts';

type AppDependencies = {
  readonly settings: Pick<Settings, 'metricsToken'>;
  readonly verifier: CallerVerifier;
  readonly log: Logger;
};

/** The Express app over a table of routes: identity first, then the handler, and one place where every failure ends. */
export function createApp(routes: readonly Route[], deps: AppDependencies): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  // Handlers read the query themselves, without nested objects.
  app.set('query parser', false);
  for (const route of routes) addRoute(app, route, deps);
  for (const route of routes) app.all(route.path, refuseMethod(route, deps.log));
  app.use(() => {
    throw new RelayError('NOT_FOUND', 'There is no such route. See contracts/openapi.yaml.');
  });
  app.use(answerError(deps.log));
  return app;
}

function addRoute(app: express.Express, route: Route, { verifier, settings }: AppDependencies): void {
  app[route.method === 'GET' ? 'get' : 'post'](route.path, async (request, response) => {
    const trace = traceOf(request);
    trace.route = route.path;
    const call = describeCall(request, response, trace.correlationId);
    if (route.access !== 'caller') {
      if (route.access === 'operator') requireOperator(request, settings.metricsToken);
      send(response, await route.handle(call));
      return;
    }
    const caller = await verifier.verify(request.headers.authorization, { once: route.once });
    trace.org = caller.org;
    send(response, await route.handle({ ...call, caller }));
  });
}

function describeCall(request: express.Request, response: express.Response, correlationId: string): RouteCall {
  const [, query = ''] = request.url.split('?', 2);
  return {
    params: request.params as Readonly<Record<string, string>>,
    query: new URLSearchParams(query),
    correlationId,
    signal: abortedWithCaller(response),
    readBody: (limitBytes) => readBody(request, response, limitBytes),
  };
}

function abortedWithCaller(response: express.Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new Error('the caller closed the connection'));
  });
  return controller.signal;
}

function send(response: express.Response, reply: Reply): void {
  const isText = typeof reply.body === 'string';
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  const contentType = reply.contentType ?? (isText ? 'text/plain; charset=utf-8' : 'application/json');
  response.writeHead(reply.status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** The address is there, the method is not: told as 405 with what the address takes. */
function refuseMethod(route: Route, log: Logger): express.RequestHandler {
  const allowed = route.method === 'GET' ? 'GET, HEAD' : route.method;
  return (request, response) => {
    traceOf(request).route = route.path;
    response.setHeader('Allow', allowed);
    const error = new RelayError('NOT_FOUND', `This address takes ${allowed} only. See contracts/openapi.yaml.`);
    answerProblem(request, response, { error, log, status: 405 });
  };
}

function answerError(log: Logger): express.ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  return (error: unknown, request, response, _next) => {
    answerProblem(request, response, { error: translate(error), log });
  };
}

/** Express itself refuses addresses that cannot be decoded. */
function translate(error: unknown): unknown {
  if (!(error instanceof URIError)) return error;
  return new RelayError('REQUEST_MALFORMED', 'The address cannot be decoded. Correct its percent-encoding.');
}
