import { readTyped } from '../../apex/library/json/deserialize.ts';
import { type JsonNode, parseJson } from '../../apex/library/json/parse-json.ts';
import { type ApexMethodInfo } from '../../apex/program.ts';
import { ApexException } from '../../apex/runtime/values/apex-exception.ts';
import { notSupported, RecordError } from '../../record-error.ts';
import { type RestRequest } from '../http.ts';

/** The body's values as the method's parameters, by their names; a name without a value is null, one too many is refused. */
export function readArguments({ parameters }: ApexMethodInfo, request: RestRequest): unknown[] {
  if (parameters.length === 0) return [];
  refuseOtherThanJson(request.headers['content-type'] ?? '');
  const given = readObject(request.body);
  const isParameter = ([name]: readonly [string, JsonNode]): boolean => parameters.some((each) => each.name === name);
  const unknown = given.find((entry) => !isParameter(entry));
  if (unknown) {
    throw new RecordError(
      'JSON_PARSER_ERROR',
      `Unexpected parameter encountered during deserialization: ${unknown[0]}`,
    );
  }
  const values = new Map(given);
  return parameters.map(({ name, type }) =>
    asParserError(() => readTyped(values.get(name) ?? { kind: 'null' }, type, true)),
  );
}

function refuseOtherThanJson(contentType: string): void {
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return;
  if (type === 'application/xml' || type === 'text/xml') throw notSupported('Apex REST with XML bodies');
  throw new RecordError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Content-Type header specified in HTTP request is not supported: ${contentType}`,
  );
}

function readObject(body: string): readonly (readonly [string, JsonNode])[] {
  if (body.trim() === '') return [];
  const node = asParserError(() => parseJson(body));
  if (node.kind === 'object') return node.entries;
  throw new RecordError('JSON_PARSER_ERROR', 'The body must be a JSON object with the parameters of the method.');
}

/** What is wrong with the body is the caller's fault, not that of the Apex. */
function asParserError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ApexException)) throw error;
    throw new RecordError('JSON_PARSER_ERROR', error.shownMessage());
  }
}
