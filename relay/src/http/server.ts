import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { CallerVerifier } from '../identity/identity.ts';
import type { Settings } from '../settings.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { answerHeaders } from './answer-headers.ts';
import { createApp } from './app.ts';
import { auditRoute, type FindAudit } from './audit-route.ts';
import { eventsRoute, type AcceptEvent } from './events-route.ts';
import { healthRoutes } from './health-routes.ts';
import { problemsRoute, retryProblemRoute, type FindProblems, type RetryProblem } from './problems-route.ts';
import { beginTrace, type RequestTrace } from './request-trace.ts';
import type { Route } from './route.ts';
import { syncRoute, type RunSync } from './sync-route.ts';

/** Everything behind the relay's doors. */
export type HttpDependencies = {
  readonly settings: Pick<Settings, 'connections' | 'metricsToken'>;
  readonly verifier: CallerVerifier;
  readonly sync: RunSync;
  readonly events: AcceptEvent;
  readonly audit: FindAudit;
  readonly problems: { readonly find: FindProblems; readonly retry: RetryProblem };
  /** Writes the whole answer itself, the headers of every answer included. */
  readonly forward: (request: IncomingMessage, response: ServerResponse) => void;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** False while the database is away or the process is stopping. */
  readonly isReady: () => Promise<boolean>;
  readonly clock: () => Date;
  /** Makes UUIDs. */
  readonly ids: () => string;
};

const FORWARD = '/v1/forward/';

/** Whole requests must arrive in time, headers sooner: a caller that dribbles bytes holds no connection for long. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  // Longer than the idle time of usual load balancers, so that it is they who close idle connections.
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
};
const MAX_CONNECTIONS = 2_000;

/**
 * The relay's HTTP server, not listening yet. Forwarded requests never enter the Express app, which would cost more than
 * everything else on their way; all other requests do.
 */
export function createHttpServer(deps: HttpDependencies): Server {
  const app = createApp(createRoutes(deps), deps);
  const server = createServer(LIMITS, (request, response) => {
    const trace = beginTrace(request, deps.ids);
    observe(deps, request, { response, trace });
    if (request.url?.startsWith(FORWARD) === true) {
      deps.forward(request, response);
      return;
    }
    response.setHeaders(answerHeaders(trace));
    app(request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/** All routes of the app, for the server and for the test that compares them with contracts/openapi.yaml. */
export function createRoutes(deps: HttpDependencies): Route[] {
  return [
    syncRoute(deps),
    eventsRoute(deps),
    auditRoute(deps.audit),
    problemsRoute(deps.problems.find),
    retryProblemRoute(deps.problems.retry),
    ...healthRoutes(deps),
  ];
}

function observe(
  { metrics, log }: Pick<HttpDependencies, 'metrics' | 'log'>,
  { method = '' }: IncomingMessage,
  { response, trace }: { readonly response: ServerResponse; readonly trace: RequestTrace },
): void {
  const startedAt = performance.now();
  response.on('close', () => {
    const seconds = (performance.now() - startedAt) / 1000;
    const { statusCode: status, writableFinished: isWhole } = response;
    metrics.request({ route: trace.route, method, status, seconds });
    const fields = { ...trace, method, status, isWhole, ms: Math.round(seconds * 1000) };
    log.debug(fields, 'Request');
  });
}
