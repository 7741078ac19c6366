/** A request that the environment refuses: the status and the error document's texts. */
export class Refusal extends Error {
  readonly status: number;
  readonly innerMessage: string | null;
  readonly innerType: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    detail: { inner?: string; type?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.innerMessage = detail.inner ?? null;
    this.innerType = detail.type ?? 'Microsoft.OData.ODataException';
    this.headers = detail.headers ?? {};
  }
}

const GENERIC = 'An error has occurred.';
const WRITE_EXCEPTION = 'Microsoft.Dynamics.Platform.Integration.Services.OData.AxODataWriteException';

/** The error document in the shape real environments send, stack trace included, because clients must strip it. */
export function refusalBody(refusal: Refusal): string {
  const inner =
    refusal.innerMessage === null
      ? {}
      : {
          innererror: {
            message: refusal.innerMessage,
            type: refusal.innerType,
            stacktrace: `   at ${refusal.innerType}.Throw(String message)\r\n   at Microsoft.Dynamics.Platform.Integration.Services.OData.Update.UpdateProcessor.CommitChanges()`,
          },
        };
  return JSON.stringify({ error: { code: '', message: refusal.message, ...inner } });
}

/** A business rule said no: `lines` are the Infolog lines, each with its level. */
export function infolog(aot: string, lines: readonly string[], status = 400): Refusal {
  const inner = `Write failed for table row of type '${aot}'. Infolog: ${lines.join('; ')}.`;
  return new Refusal(status, GENERIC, { inner, type: WRITE_EXCEPTION });
}

/** A field was refused by X++ `validateField`. */
export function fieldRefused(aot: string, field: string, reason: string): Refusal {
  return infolog(aot, [`Warning: ${reason}`, `Warning: validateField failed on field '${aot}.${field}'`]);
}

/** The whole record was refused by X++ `validateWrite`. */
export function writeRefused(aot: string, reason: string): Refusal {
  return infolog(aot, [`Error: ${reason}`, `Warning: validateWrite failed on data source '${aot} (${aot})'`]);
}

/** The body does not fit the type that `$metadata` promises. */
export function malformed(reason: string): Refusal {
  return new Refusal(400, 'The request is invalid.', { inner: `entity : ${reason}\r\n` });
}

/** The query options do not fit the type or the dialect. */
export function invalidQuery(reason: string): Refusal {
  return new Refusal(400, `The query specified in the URI is not valid. ${reason}`, { inner: reason });
}

/** No such set, record or address. */
export function notFound(what: string): Refusal {
  return new Refusal(404, `No HTTP resource was found that matches the request URI '${what}'.`);
}
