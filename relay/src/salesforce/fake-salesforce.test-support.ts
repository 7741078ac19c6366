import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OrgSettings } from '../settings.ts';

/** A request as it arrived; `path` is decoded and without the versioned root. */
export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
};

/** An answer, or `cut` for a connection that ends without one. */
export type PlannedAnswer =
  { readonly status?: number; readonly text?: string; readonly json?: unknown; readonly type?: string } | 'cut';

/** A server that answers what a test planned, and refuses the rest by name. */
export type FakeSalesforce = {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  readonly signIns: readonly URLSearchParams[];
  /** Answers requests whose `METHOD path` begins like this, in the order planned; the last answer stays. */
  plan(request: string, ...answers: readonly (PlannedAnswer | ((seen: SeenRequest) => PlannedAnswer))[]): void;
  /** What the token endpoint says instead of a token. */
  planSignIn(...answers: readonly PlannedAnswer[]): void;
  settings(change?: Partial<OrgSettings>): OrgSettings;
  stop(): Promise<void>;
};

export const FAKE_ORG = '00D000000000062EAA';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The public key that the relay's assertions verify with. */
export const FAKE_APP_PUBLIC_KEY = keys.publicKey;

/** Starts it on a free loopback port. */
export async function startFakeSalesforce(): Promise<FakeSalesforce> {
  const requests: SeenRequest[] = [];
  const signIns: URLSearchParams[] = [];
  const plans: {
    readonly request: string;
    readonly answers: (PlannedAnswer | ((seen: SeenRequest) => PlannedAnswer))[];
  }[] = [];
  const signInAnswers: PlannedAnswer[] = [];
  let url = '';

  function answerSignIn(form: URLSearchParams): PlannedAnswer {
    signIns.push(form);
    const token = `token-${signIns.length}`;
    return (
      signInAnswers.shift() ?? {
        json: { access_token: token, instance_url: url, id: `${url}/id/${FAKE_ORG}/005000000000001AAA` },
      }
    );
  }

  function answerPlanned(seen: SeenRequest): PlannedAnswer {
    const named = `${seen.method} ${seen.path}`;
    const plan = plans.findLast(({ request }) => named.startsWith(request));
    const answer = plan !== undefined && plan.answers.length > 1 ? plan.answers.shift() : plan?.answers[0];
    if (answer === undefined)
      return { status: 400, json: [{ errorCode: 'UNPLANNED', message: `no plan for ${named}` }] };
    return typeof answer === 'function' ? answer(seen) : answer;
  }

  const server = createServer((request, response) => {
    void readSeen(request).then((seen) => {
      const isSignIn = seen.path === '/services/oauth2/token';
      if (!isSignIn) requests.push(seen);
      send(response, isSignIn ? answerSignIn(new URLSearchParams(seen.text)) : answerPlanned(seen));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    requests,
    signIns,
    plan: (request, ...answers) => void plans.push({ request, answers: [...answers] }),
    planSignIn: (...answers) => void signInAnswers.push(...answers),
    settings: (change = {}) => ({
      organizationId: FAKE_ORG,
      loginUrl: url,
      clientId: 'planted-client-id',
      username: 'relay@example.com',
      privateKeyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      connections: [],
      namespace: '',
      ...change,
    }),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A describe answer with fields given as `Name: type`; a trailing `!` makes a field read-only. */
export function aDescribe(
  name: string,
  fields: Readonly<Record<string, string>>,
  children: Readonly<Record<string, string>> = {},
): PlannedAnswer {
  return {
    json: {
      name,
      fields: Object.entries(fields).map(([field, type]) => ({
        name: field,
        type: type.replace('!', ''),
        length: 80,
        scale: 2,
        referenceTo: [],
        relationshipName: null,
        updateable: !type.endsWith('!'),
      })),
      childRelationships: Object.entries(children).map(([relationshipName, childSObject]) => ({
        relationshipName,
        childSObject,
        field: `${name}Id`,
      })),
    },
  };
}

/** One page of query results, as text so that numbers keep their digits. */
export function aPage(records: readonly string[], nextRecordsUrl?: string): PlannedAnswer {
  const next = nextRecordsUrl === undefined ? '' : `,"nextRecordsUrl":"${nextRecordsUrl}"`;
  return {
    text: `{"totalSize":${records.length},"done":${nextRecordsUrl === undefined}${next},"records":[${records.join()}]}`,
  };
}

async function readSeen(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const path = decodeURIComponent(String(request.url)).replace(/^\/services\/data\/v66\.0/, '');
  return {
    method: String(request.method),
    path,
    headers: request.headers,
    text: Buffer.concat(chunks).toString('utf8'),
  };
}

function send(response: ServerResponse, answer: PlannedAnswer): void {
  if (answer === 'cut') {
    response.destroy();
    return;
  }
  const text = answer.text ?? (answer.json === undefined ? '' : JSON.stringify(answer.json));
  const type = answer.type ?? 'application/json;charset=UTF-8';
  response.writeHead(answer.status ?? 200, { 'Content-Type': type, 'Sforce-Limit-Info': 'api-usage=25/15000' });
  response.end(text);
}
