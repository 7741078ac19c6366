import { ApexBlob } from '../../runtime/values/apex-blob.ts';
import { currentExecution } from '../../execution/execution.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { types } from '../../types.ts';
import { platformClass, type PlatformDeclaration, type PropertyEntry } from '../declare.ts';
import { type DataObject, dataClass } from './data-class.ts';

const texts = (): ApexMap => new ApexMap(types.String, types.String);

export const restRequest = dataClass('RestRequest', {
  fields: {
    headers: 'Map<String, String>',
    httpMethod: 'String',
    params: 'Map<String, String>',
    remoteAddress: 'String',
    requestBody: 'Blob',
    requestURI: 'String',
    resourcePath: 'String',
  },
  initial: () => ({ headers: texts(), params: texts(), requestBody: new ApexBlob(Buffer.alloc(0)) }),
  methods: {
    'void addHeader(String, String)': (self: DataObject, name: string, value: string) =>
      void (self.get('headers') as ApexMap).put(name, value),
    'void addParameter(String, String)': (self: DataObject, name: string, value: string) =>
      void (self.get('params') as ApexMap).put(name, value),
  },
});

export const restResponse = dataClass('RestResponse', {
  fields: { headers: 'Map<String, String>', responseBody: 'Blob', statusCode: 'Integer' },
  initial: () => ({ headers: texts() }),
  methods: {
    'void addHeader(String, String)': (self: DataObject, name: string, value: string) =>
      void (self.get('headers') as ApexMap).put(name, value),
  },
});

const slot = (name: 'request' | 'response'): PropertyEntry => ({
  get: () => currentExecution().rest[name],
  set: (value: DataObject | null) => {
    currentExecution().rest[name] = value;
  },
});

/** RestContext with its request and response, which tests set themselves. */
export const restClasses: readonly PlatformDeclaration[] = [
  restRequest.declaration,
  restResponse.declaration,
  platformClass('RestContext', {
    staticProperties: { 'RestRequest request': slot('request'), 'RestResponse response': slot('response') },
  }),
];

/** The parts of a response that went out by HTTP. */
export function readRestResponse(response: DataObject): {
  readonly statusCode: number | null;
  readonly body: Buffer | null;
  readonly headers: readonly (readonly [string, string])[];
} {
  const headers = response.get('headers') as ApexMap | null;
  const body = response.get('responseBody') as ApexBlob | null;
  return {
    statusCode: response.get('statusCode') as number | null,
    body: body?.bytes ?? null,
    headers: (headers?.entries() ?? []).map(([name, value]) => [String(name), String(value)]),
  };
}
