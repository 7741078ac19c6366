import { currentExecution, type Execution } from '../execution/execution.ts';
import { currentProgram } from '../program.ts';
import { throwApex, throwNullReference } from '../runtime/values/apex-exception.ts';
import { fetchNow } from './fetch-now.ts';
import { ApexHttpResponse, type ApexHttpRequest } from './http-messages.ts';
import { isPlatformMock } from './platform-mocks.ts';
import { resolveEndpoint } from './named-credentials.ts';

const USUAL_TIMEOUT_MS = 10_000;
const LONGEST_TIMEOUT_MS = 120_000;

/** Http.send: a mock answers in tests; outside, the thread waits for the real answer. */
export function send(request: ApexHttpRequest | null): ApexHttpResponse {
  const execution = currentExecution();
  if (request === null) throwNullReference();
  const endpoint = request.endpoint ?? throwApex('System.CalloutException', 'Endpoint is not set');
  execution.limits.use('Callouts');
  refuseHere(execution);
  checkSize(execution, request.body.length);
  const response = execution.test ? answerOfMock(execution, request) : answerOfWire(execution, request, endpoint);
  checkSize(execution, response.body.length);
  return response;
}

function refuseHere(execution: Execution): void {
  const { transaction } = execution;
  if (execution.trigger) throwApex('System.CalloutException', 'Callout from triggers are currently not supported.');
  if (execution.kind === 'schedulable') {
    throwApex('System.CalloutException', 'Callout from scheduled Apex not supported.');
  }
  if (!execution.mayCallOut) {
    throwApex(
      'System.CalloutException',
      'Callout not allowed from this job. Implement Database.AllowsCallouts, or annotate the method @Future(callout=true).',
    );
  }
  if (transaction.isDirty) {
    throwApex(
      'System.CalloutException',
      'You have uncommitted work pending. Please commit or rollback before calling out',
    );
  }
  if (transaction.hasSavepoints()) {
    throwApex('System.CalloutException', 'All active Savepoints must be released before making callouts.');
  }
}

function checkSize({ limits }: Execution, size: number): void {
  const largest = limits.allowed('HeapSize');
  if (size > largest)
    throwApex('System.CalloutException', `Exceeded max size limit of ${largest} with response size ${size}`);
}

function answerOfMock({ test }: Execution, request: ApexHttpRequest): ApexHttpResponse {
  const mock = test?.calloutMock ?? null;
  if (mock === null) {
    throwApex('System.TypeException', 'Methods defined as TestMethod do not support Web service callouts');
  }
  const response = isPlatformMock(mock) ? mock.respond(request) : currentProgram().invoke(mock, 'respond', [request]);
  return response instanceof ApexHttpResponse ? response : throwNullReference();
}

function answerOfWire(execution: Execution, request: ApexHttpRequest, endpoint: string): ApexHttpResponse {
  const { url, headers } = resolveEndpoint(execution, endpoint, execution.org.credentials);
  const timeout = Math.min(request.timeout ?? USUAL_TIMEOUT_MS, LONGEST_TIMEOUT_MS);
  // A lock taken by FOR UPDATE would otherwise be held while the other side answers, and it may well call back.
  execution.transaction.commit();
  const answer = execution.limits.excludeCpu(() =>
    fetchNow({
      url,
      method: request.method.toUpperCase(),
      headers: [
        ...[...request.headers.values()].map(({ name, value }) => [name, value] as const),
        ...Object.entries(headers),
      ],
      body: request.body.length > 0 ? new Uint8Array(request.body) : null,
      timeout,
    }),
  );
  if ('failure' in answer) throwApex('System.CalloutException', answer.failure);
  const response = new ApexHttpResponse();
  response.statusCode = answer.status;
  response.status = answer.statusText;
  response.body = Buffer.from(answer.body);
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  return response;
}
