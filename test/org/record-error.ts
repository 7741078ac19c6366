/** A refusal in Salesforce's own words: a status code an API caller can switch on, the message, and the fields at fault. */
export class RecordError extends Error {
  readonly statusCode: string;
  readonly fields: readonly string[];

  constructor(statusCode: string, message: string, fields: readonly string[] = []) {
    super(message);
    this.name = 'RecordError';
    this.statusCode = statusCode;
    this.fields = fields;
  }
}

/** The refusal of something a real org may know and this one does not; the name of the thing is always in the message. */
export function notSupported(what: string): RecordError {
  return new RecordError(
    'NOT_SUPPORTED_BY_LOCAL_ORG',
    `The local org does not know ${what}. Try it in a scratch org, or teach it in test/org.`,
  );
}

/**
 * Any error as a RecordError; what is not one keeps its message under UNKNOWN_EXCEPTION, as a real org would hide it. What is
 * thrown but is no Error (an Apex limit that ends the whole transaction) goes on to whoever began the transaction.
 */
export function toRecordError(error: unknown): RecordError {
  if (error instanceof RecordError) return error;
  if (!(error instanceof Error)) throw error;
  return new RecordError('UNKNOWN_EXCEPTION', error.message);
}
