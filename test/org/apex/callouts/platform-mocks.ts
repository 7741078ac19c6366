import { currentExecution } from '../execution/execution.ts';
import { throwApex } from '../runtime/values/apex-exception.ts';
import { PlatformObject } from '../runtime/values/apex-object.ts';
import { ApexHttpResponse, type ApexHttpRequest } from './http-messages.ts';

/** A mock that the platform brings: it answers with static resources. */
export abstract class PlatformMock extends PlatformObject {
  readonly headers = new Map<string, string>();
  status = 'OK';
  statusCode = 200;

  protected abstract resourceFor(request: ApexHttpRequest): string;

  respond(request: ApexHttpRequest): ApexHttpResponse {
    const name = this.resourceFor(request);
    const resource = currentExecution().org.metadata.staticResources.get(name.toLowerCase());
    if (!resource) throwApex('System.CalloutException', `Static resource not found: ${name}`);
    const response = new ApexHttpResponse();
    response.body = resource.body();
    response.status = this.status;
    response.statusCode = this.statusCode;
    for (const [header, value] of this.headers) response.setHeader(header, value);
    return response;
  }
}

export class StaticResourceMock extends PlatformMock {
  static override readonly apexName = 'System.StaticResourceCalloutMock';
  resource: string | null = null;

  protected resourceFor(): string {
    return this.resource ?? throwApex('System.CalloutException', 'The mock has no static resource');
  }
}

export class MultiStaticResourceMock extends PlatformMock {
  static override readonly apexName = 'System.MultiStaticResourceCalloutMock';
  readonly resources = new Map<string, string>();

  protected resourceFor({ endpoint }: ApexHttpRequest): string {
    return (
      this.resources.get(endpoint ?? '') ??
      throwApex('System.CalloutException', `The mock has no static resource for ${endpoint ?? ''}`)
    );
  }
}

export function isPlatformMock(mock: unknown): mock is PlatformMock {
  return mock instanceof PlatformMock;
}
