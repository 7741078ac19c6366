import { ApexBlob } from '../runtime/values/apex-blob.ts';
import { PlatformObject } from '../runtime/values/apex-object.ts';

/** What request and response have in common: headers without case, and a body. */
abstract class HttpMessage extends PlatformObject {
  readonly headers = new Map<string, { readonly name: string; readonly value: string }>();
  body: Buffer = Buffer.alloc(0);

  get text(): string {
    return this.body.toString('utf8');
  }

  setText(text: string | null): void {
    this.body = Buffer.from(text ?? '', 'utf8');
  }

  setBlob(blob: ApexBlob | null): void {
    this.body = blob?.bytes ?? Buffer.alloc(0);
  }

  get blob(): ApexBlob {
    return new ApexBlob(this.body);
  }

  header(name: string | null): string | null {
    return this.headers.get((name ?? '').toLowerCase())?.value ?? null;
  }

  setHeader(name: string | null, value: string | null): void {
    if (name !== null && value !== null) this.headers.set(name.toLowerCase(), { name, value });
  }
}

export class ApexHttpRequest extends HttpMessage {
  static override readonly apexName = 'System.HttpRequest';
  endpoint: string | null = null;
  method = 'GET';
  timeout: number | null = null;
  isCompressed = false;

  override toApexString(): string {
    return `System.HttpRequest[Endpoint=${this.endpoint ?? 'null'}, Method=${this.method}]`;
  }
}

export class ApexHttpResponse extends HttpMessage {
  static override readonly apexName = 'System.HttpResponse';
  status: string | null = null;
  statusCode = 0;

  override toApexString(): string {
    return `System.HttpResponse[Status=${this.status ?? 'null'}, StatusCode=${this.statusCode}]`;
  }
}
