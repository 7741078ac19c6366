import express from 'express';
import { RelayError } from '../errors.ts';

const TOO_LARGE = 413;

/** Reads a body of JSON text, at most so many bytes (counted after decompression), which must be UTF-8. */
export async function readBody(
  request: express.Request,
  response: express.Response,
  limitBytes: number,
): Promise<string> {
  const read: express.RequestHandler = express.raw({ type: () => true, limit: limitBytes });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  read(request, response, (error: unknown) => (error === undefined ? resolve(undefined) : reject(toError(error))));
  await promise.catch((error: unknown) => {
    throw describeFailure(error, limitBytes);
  });
  return decode(request.body as Buffer | undefined);
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function describeFailure(error: unknown, limitBytes: number): RelayError {
  const status = error instanceof Error && 'status' in error ? error.status : null;
  if (status === TOO_LARGE) {
    return new RelayError(
      'BODY_TOO_LARGE',
      `The body is over the limit of ${limitBytes / 1_000_000} MB. Send less at once.`,
    );
  }
  const message = 'The body did not arrive whole, or its content-encoding is unknown. Send it again, plain or by gzip.';
  return new RelayError('REQUEST_MALFORMED', message, { cause: error });
}

function decode(bytes: Buffer | undefined): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes ?? new Uint8Array());
  } catch {
    throw new RelayError('REQUEST_MALFORMED', 'The body is not UTF-8. Encode it so.');
  }
}
