import { ApexHttpRequest, ApexHttpResponse } from '../../callouts/http-messages.ts';
import { MultiStaticResourceMock, type PlatformMock, StaticResourceMock } from '../../callouts/platform-mocks.ts';
import { send } from '../../callouts/send.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { type ApexBlob } from '../../runtime/values/apex-blob.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { types } from '../../types.ts';
import {
  type Members,
  type MethodEntry,
  platformClass,
  type PlatformDeclaration,
  platformInterface,
} from '../declare.ts';

class ApexHttp extends PlatformObject {
  static override readonly apexName = 'System.Http';
}

type Message = ApexHttpRequest | ApexHttpResponse;

const messageMethods: Members<MethodEntry> = {
  'String getBody()': (self: Message) => self.text,
  'void setBody(String)': (self: Message, body: string | null) => self.setText(body),
  'Blob getBodyAsBlob()': (self: Message) => self.blob,
  'void setBodyAsBlob(Blob)': (self: Message, body: ApexBlob | null) => self.setBlob(body),
  'String getHeader(String)': (self: Message, name: string | null) => self.header(name),
  'void setHeader(String, String)': (self: Message, name: string | null, value: string | null) =>
    self.setHeader(name, value),
};

const MAX_TIMEOUT_MS = 120_000;

function setTimeoutOf(request: ApexHttpRequest, timeout: number | null): void {
  if (timeout === null || timeout < 1 || timeout > MAX_TIMEOUT_MS) {
    throwApex('System.CalloutException', `Timeout must be between 1 and ${MAX_TIMEOUT_MS} milliseconds`);
  }
  request.timeout = timeout;
}

const requestClass = platformClass('HttpRequest', {
  constructors: { '()': () => new ApexHttpRequest() },
  methods: {
    ...messageMethods,
    'String getEndpoint()': (self: ApexHttpRequest) => self.endpoint,
    'void setEndpoint(String)': (self: ApexHttpRequest, endpoint: string | null) => {
      self.endpoint = endpoint;
    },
    'String getMethod()': (self: ApexHttpRequest) => self.method,
    'void setMethod(String)': (self: ApexHttpRequest, method: string | null) => {
      self.method = method ?? 'GET';
    },
    'void setTimeout(Integer)': setTimeoutOf,
    'Boolean getCompressed()': (self: ApexHttpRequest) => self.isCompressed,
    'void setCompressed(Boolean)': (self: ApexHttpRequest, isCompressed: boolean | null) => {
      self.isCompressed = isCompressed === true;
    },
  },
});

const responseClass = platformClass('HttpResponse', {
  constructors: { '()': () => new ApexHttpResponse() },
  methods: {
    ...messageMethods,
    'Integer getStatusCode()': (self: ApexHttpResponse) => self.statusCode,
    'void setStatusCode(Integer)': (self: ApexHttpResponse, code: number | null) => {
      self.statusCode = code ?? 0;
    },
    'String getStatus()': (self: ApexHttpResponse) => self.status,
    'void setStatus(String)': (self: ApexHttpResponse, status: string | null) => {
      self.status = status;
    },
    'List<String> getHeaderKeys()': (self: ApexHttpResponse) =>
      new ApexList(
        types.String,
        [...self.headers.values()].map(({ name }) => name),
      ),
  },
});

const mockMethods: Members<MethodEntry> = {
  'void setHeader(String, String)': (self: PlatformMock, name: string, value: string) =>
    void self.headers.set(name, value),
  'void setStatus(String)': (self: PlatformMock, status: string) => {
    self.status = status;
  },
  'void setStatusCode(Integer)': (self: PlatformMock, code: number) => {
    self.statusCode = code;
  },
  'HttpResponse respond(HttpRequest)': (self: PlatformMock, request: ApexHttpRequest) => self.respond(request),
};

/** Http and its messages, and the mocks that answer in tests. */
export const httpClasses: readonly PlatformDeclaration[] = [
  platformClass('Http', {
    constructors: { '()': () => new ApexHttp() },
    methods: { 'HttpResponse send(HttpRequest)': (_self: ApexHttp, request: ApexHttpRequest | null) => send(request) },
  }),
  requestClass,
  responseClass,
  platformInterface('HttpCalloutMock', { methods: ['HttpResponse respond(HttpRequest)'] }),
  platformClass('StaticResourceCalloutMock', {
    implements: ['HttpCalloutMock'],
    constructors: { '()': () => new StaticResourceMock() },
    methods: {
      ...mockMethods,
      'void setStaticResource(String)': (self: StaticResourceMock, name: string) => {
        self.resource = name;
      },
    },
  }),
  platformClass('MultiStaticResourceCalloutMock', {
    implements: ['HttpCalloutMock'],
    constructors: { '()': () => new MultiStaticResourceMock() },
    methods: {
      ...mockMethods,
      'void setStaticResource(String, String)': (self: MultiStaticResourceMock, endpoint: string, name: string) =>
        void self.resources.set(endpoint, name),
    },
  }),
];
