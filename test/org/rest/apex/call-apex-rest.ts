import { type ApexOrg } from '../../apex/execution/apex-org.ts';
import { runTransaction } from '../../apex/execution/run-execution.ts';
import { type ApexClassRecord, type ApexMethodInfo } from '../../apex/program.ts';
import { ApexException } from '../../apex/runtime/values/apex-exception.ts';
import { RecordError, toRecordError } from '../../record-error.ts';
import { APEX_REST_ROOT, errorResponse, type RestRequest, type RestResponse } from '../http.ts';
import { createRestContext } from './apex-rest-request.ts';
import { toRestResponse } from './apex-rest-response.ts';
import { readArguments } from './rest-arguments.ts';
import { findResource, type RestResource } from './url-mapping.ts';

const VERBS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/**
 * Answers /services/apexrest with the org's own classes, as the user of the token and in one transaction. It runs on the thread
 * that serves the org, so that a callout, which might come back to this org, is refused.
 */
export function createApexRest(apex: ApexOrg): (request: RestRequest) => RestResponse {
  return (request) => {
    try {
      return call(apex, request);
    } catch (error) {
      if (error instanceof ApexException) return errorResponse(unhandled(error));
      return errorResponse(toRecordError(error));
    }
  };
}

function call(apex: ApexOrg, request: RestRequest): RestResponse {
  const { services, program } = apex;
  const path = decodeURIComponent(request.path.slice(APEX_REST_ROOT.length - 1));
  const resource = findResource(program, services.namespace, path);
  if (!resource) throw noMatch();
  const { userId } = request.session;
  if (!services.security.rightsOf(userId).hasClass(resource.record.name)) throw noAccess(resource.record);
  const method = methodOf(resource.record, request.method);
  return runTransaction({ org: services, program, kind: 'rest', userId, mayCallOut: false }, (execution) => {
    Object.assign(execution.rest, contextOf(request, resource, method));
    const result = program.invokeStatic(method.className, method.name, readArguments(method, request));
    return toRestResponse(execution.rest.response, method.returns.kind === 'void' ? undefined : result);
  });
}

function contextOf(
  request: RestRequest,
  { mapping }: RestResource,
  { parameters }: ApexMethodInfo,
): ReturnType<typeof createRestContext> {
  return createRestContext(request, { mapping, hasBody: parameters.length === 0 });
}

function methodOf({ methods }: ApexClassRecord, verb: string): ApexMethodInfo {
  const answering = (one: string): ApexMethodInfo | undefined =>
    methods.find(({ annotations }) => annotations.some(({ name }) => name === `http${one.toLowerCase()}`));
  const found = answering(verb);
  if (found) return found;
  const allowed = VERBS.filter(answering).join(',');
  throw new RecordError('METHOD_NOT_ALLOWED', `HTTP Method '${verb}' not allowed. Allowed are ${allowed}`);
}

function noMatch(): RecordError {
  return new RecordError('NOT_FOUND', 'Could not find a match for URL');
}

function noAccess({ name }: ApexClassRecord): RecordError {
  return new RecordError('FORBIDDEN', `You do not have access to the Apex class named: ${name}`);
}

function unhandled(error: ApexException): RecordError {
  return new RecordError('APEX_ERROR', `${error.typeName}: ${error.shownMessage()}\n\n${error.stackTrace()}`);
}
