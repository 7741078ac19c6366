import { type BulkDependencies, bulkRoutes } from '../bulk/bulk-routes.ts';
import { RecordError, toRecordError } from '../record-error.ts';
import { readCollection, saveCollection } from './collections-resource.ts';
import { runComposite } from './composite-resource.ts';
import { describeBasic, describeGlobal, describeObject } from './describe-resource.ts';
import { APEX_REST_ROOT, errorResponse, ok, type RestRequest, type RestResponse } from './http.ts';
import { sendNotifications } from './notification-action.ts';
import { createQueryResource } from './query-resource.ts';
import { createRecord, methodNotAllowed, recordByExternalId, recordById } from './records-resource.ts';
import { type Route } from './route.ts';

type Dependencies = BulkDependencies & {
  readonly queryBatchSize: number;
  readonly limits: () => unknown;
  /** Null where the org has no Apex. */
  readonly apexRest: ((request: RestRequest) => RestResponse) | null;
};

/** Answers everything below `/services/data/vNN.0` and the org's own Apex; a path the org does not have is NOT_FOUND. */
export function createRouter(dependencies: Dependencies): (request: RestRequest) => RestResponse {
  const routes = [...sobjectRoutes(dependencies), ...otherRoutes(dependencies, route), ...bulkRoutes(dependencies)];

  function route(request: RestRequest): RestResponse {
    try {
      const path = request.path.replace(/^\/services\/data\/v\d+\.\d+/, '').replace(/\/$/, '');
      const matching = routes.filter((candidate) => candidate.path.test(path));
      const found = matching.find((candidate) => candidate.methods.split(' ').includes(request.method));
      if (!found) {
        throw matching.length > 0
          ? methodNotAllowed(request)
          : new RecordError('NOT_FOUND', 'The requested resource does not exist');
      }
      const parts = found.path.exec(path)?.slice(1) ?? [];
      return found.handle(request, ...parts.map((part) => decodeURIComponent(part)));
    } catch (error) {
      return errorResponse(toRecordError(error));
    }
  }

  const { apexRest } = dependencies;
  return (request) => (request.path.startsWith(APEX_REST_ROOT) ? answerByApex(apexRest, request) : route(request));
}

function answerByApex(apexRest: Dependencies['apexRest'], request: RestRequest): RestResponse {
  return apexRest?.(request) ?? errorResponse(new RecordError('NOT_FOUND', 'Could not find a match for URL'));
}

function sobjectRoutes(dependencies: Dependencies): Route[] {
  const { store } = dependencies;
  return [
    { methods: 'GET', path: /^\/sobjects$/, handle: (request) => describeGlobal(store.schema, request) },
    {
      methods: 'GET',
      path: /^\/sobjects\/(\w+)$/,
      handle: (request, type = '') => describeBasic(store.schema, request, type),
    },
    {
      methods: 'POST',
      path: /^\/sobjects\/(\w+)$/,
      handle: (request, type = '') => createRecord(dependencies, request, type),
    },
    {
      methods: 'GET',
      path: /^\/sobjects\/(\w+)\/describe$/,
      handle: (request, type = '') => describeObject(store.schema, request, type),
    },
    {
      methods: 'GET PATCH DELETE',
      path: /^\/sobjects\/(\w+)\/(?!describe$)(\w+)$/,
      handle: (request, type = '', id = '') => recordById(dependencies, request, type, id),
    },
    {
      methods: 'GET PATCH DELETE',
      path: /^\/sobjects\/(\w+)\/(\w+)\/([^/]+)$/,
      handle: (request, type = '', keyField = '', value = '') =>
        recordByExternalId(dependencies, request, { type, keyField, value }),
    },
  ];
}

function otherRoutes(dependencies: Dependencies, route: (request: RestRequest) => RestResponse): Route[] {
  const { records, runQuery, queryBatchSize, limits } = dependencies;
  const query = createQueryResource(runQuery, queryBatchSize);
  return [
    { methods: 'GET', path: /^$/, handle: (request) => ok(resources(request.version)) },
    { methods: 'GET', path: /^\/limits$/, handle: () => ok(limits()) },
    { methods: 'GET', path: /^\/query$/, handle: (request) => query.start(request, false) },
    { methods: 'GET', path: /^\/queryAll$/i, handle: (request) => query.start(request, true) },
    {
      methods: 'GET',
      path: /^\/query(?:All)?\/([\w-]+)$/i,
      handle: (request, locator = '') => query.more(request, locator),
    },
    {
      methods: 'POST',
      path: /^\/actions\/standard\/customNotificationAction$/,
      handle: (request) => sendNotifications(dependencies, request),
    },
    { methods: 'POST', path: /^\/composite$/, handle: (request) => runComposite(records, route, request) },
    {
      methods: 'POST PATCH DELETE',
      path: /^\/composite\/sobjects$/,
      handle: (request) => saveCollection(dependencies, request, null),
    },
    {
      methods: 'GET POST',
      path: /^\/composite\/sobjects\/(\w+)$/,
      handle: (request, type = '') => readCollection(dependencies, request, type),
    },
    {
      methods: 'PATCH',
      path: /^\/composite\/sobjects\/(\w+)\/(\w+)$/,
      handle: (request, type = '', keyField = '') => saveCollection(dependencies, request, { type, keyField }),
    },
  ];
}

function resources(version: string): Record<string, string> {
  const base = `/services/data/${version}`;
  return {
    composite: `${base}/composite`,
    jobs: `${base}/jobs`,
    limits: `${base}/limits`,
    query: `${base}/query`,
    queryAll: `${base}/queryAll`,
    sobjects: `${base}/sobjects`,
  };
}
