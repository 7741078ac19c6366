import { type DataObject } from '../../apex/library/data/data-class.ts';
import { restRequest, restResponse } from '../../apex/library/data/rest-context.ts';
import { ApexBlob } from '../../apex/runtime/values/apex-blob.ts';
import { ApexMap } from '../../apex/runtime/values/apex-map.ts';
import { types } from '../../apex/types.ts';
import { APEX_REST_ROOT, type Caller, type RestRequest } from '../http.ts';

/** RestContext as a method finds it; a method with parameters has taken the body already. */
export function createRestContext(
  request: RestRequest,
  { mapping, hasBody }: { readonly mapping: string; readonly hasBody: boolean },
): { readonly request: DataObject; readonly response: DataObject } {
  return {
    request: restRequest.create({
      headers: textMap(shownHeaders(request.caller)),
      httpMethod: request.method,
      params: textMap([...request.query]),
      remoteAddress: request.caller.address,
      requestBody: hasBody ? new ApexBlob(Buffer.from(request.body, 'utf8')) : null,
      requestURI: request.path.slice(APEX_REST_ROOT.length - 1),
      resourcePath: `${APEX_REST_ROOT}${mapping.slice(1)}`,
    }),
    response: restResponse.create(),
  };
}

/** Apex never sees the token. */
function shownHeaders({ rawHeaders }: Caller): (readonly [string, string])[] {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  );
  return pairs.filter(([name]) => name.toLowerCase() !== 'authorization');
}

function textMap(entries: readonly (readonly [string, string])[]): ApexMap {
  return new ApexMap(types.String, types.String, entries);
}
