import { spawn } from 'node:child_process';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { readOrgMetadata } from '../apex/data/org-metadata.ts';
import { createSecurity } from '../apex/data/security.ts';
import { seedPlatform } from '../apex/execution/seed-platform.ts';
import { RecordError } from '../record-error.ts';
import { errorResponse, send } from '../rest/http.ts';
import { type Incoming, type PageServer } from '../rest/server.ts';
import { assignPermissionSets } from '../seed-org.ts';
import { type PageSources } from '../start-org.ts';
import { serveAura } from './aura/serve-aura.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { answerPage, cookieOf, type PageData } from './page-routes.ts';
import { readRecordPages } from './pages/flexipage.ts';
import { FIRST_USER, sessionModel, userNamed } from './people.ts';
import { type PageOrg } from './records/page-session.ts';
import { shellPage } from './shell-page.ts';
import { sendAsset, sendFile } from './static-files.ts';

const COOKIE = 'sid';
const SHELL_STYLES = path.join(import.meta.dirname, 'client/shell.css');
const BUILD = path.join(import.meta.dirname, 'bundle/build.ts');

/** Builds the screens' script and answers how to open them in an org: `startOrg({ …, pages: await buildPages(sources) })`. */
export async function buildPages(sources: readonly string[]): Promise<(org: PageSources) => PageServer> {
  const script = await buildScript(sources);
  return (org) => openPages(org, script);
}

/** The compilers need much memory for a moment: they run in a process of their own. */
async function buildScript(sources: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', BUILD, ...sources]);
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
  }
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`The screens' script could not be built.\n${said.stderr}`);
  return said.stdout;
}

/** Serves the screens with the script of that file. */
export function openPages(sources: PageSources, script: string): PageServer {
  const metadata = readOrgMetadata(sources.sources);
  const { store, users, clock } = sources;
  store.db.transaction(() => {
    const now = clock().toISOString();
    seedPlatform(store, metadata, now);
    assignPermissionSets(store, users, now);
  });
  const org: PageOrg = {
    ...sources,
    security: sources.apex.org?.services.security ?? createSecurity(store, metadata, null),
    customPermissions: [...metadata.customPermissions.keys()],
  };
  const events = createEventStream(org);
  const aura = serveAura(sources);
  const data: PageData = { org, events, callApex: aura.call, pages: readRecordPages(sources.sources) };
  return {
    serves: (pathname) => pathname === '/' || /^\/(?:lightning|_ui|assets)(?:\/|$)/.test(pathname),
    answer: (message, response, incoming) => answer({ data, events, script }, message, response, incoming),
    close: async () => {
      events.close();
      await aura.stop();
    },
  };
}

type Site = { readonly data: PageData; readonly events: EventStream; readonly script: string };

async function answer(
  site: Site,
  message: IncomingMessage,
  response: ServerResponse,
  { url, body }: Incoming,
): Promise<void> {
  const { pathname } = url;
  if (pathname.startsWith('/assets/')) sendAsset(response, pathname.slice('/assets/'.length));
  else if (pathname === '/_ui/shell.css') sendFile(response, SHELL_STYLES);
  else if (pathname.startsWith('/_ui/')) sendScript(site, response, pathname);
  else if (pathname === '/lightning/session') signIn(site.data.org, response, new URLSearchParams(body));
  else if (pathname.startsWith('/lightning/api/')) await answerData(site, message, response, { url, body });
  else sendShell(site, message, response, pathname);
}

function sendScript({ script }: Site, response: ServerResponse, pathname: string): void {
  if (pathname === `/_ui/${path.basename(script)}`) sendFile(response, script);
  else response.writeHead(404).end();
}

/** The switch of users: a new session, and the page again. */
function signIn(org: PageOrg, response: ServerResponse, form: URLSearchParams): void {
  const userId = userNamed(org, form.get('username') ?? '')?.['Id'];
  if (typeof userId !== 'string') {
    send(response, errorResponse(new RecordError('NOT_FOUND', 'The local org has no such user.')), {});
    return;
  }
  response.writeHead(204, { 'set-cookie': sessionCookie(org, userId) }).end();
}

function sessionCookie({ sessions }: PageOrg, userId: string): string {
  return `${COOKIE}=${sessions.open(userId)}; Path=/; HttpOnly; SameSite=Strict`;
}

async function answerData(
  { data, events }: Site,
  message: IncomingMessage,
  response: ServerResponse,
  incoming: Incoming,
): Promise<void> {
  const userId = signedIn(data.org, message);
  if (userId === null) {
    send(response, { status: 401, body: { message: 'Your session has ended. Load the page again.' } }, {});
  } else if (incoming.url.pathname === '/lightning/api/events') {
    events.open(userId, response);
  } else {
    const request = { userId, method: message.method ?? 'GET', ...incoming };
    send(response, await answerPage(data, request), { 'cache-control': 'no-store' });
  }
}

function signedIn({ sessions }: PageOrg, message: IncomingMessage): string | null {
  const token = cookieOf(message, COOKIE);
  if (token === null) return null;
  try {
    return sessions.find(token).userId;
  } catch (error) {
    if (error instanceof RecordError) return null;
    throw error;
  }
}

/** Whoever comes without a session is the sales user; the header changes that. */
function sendShell({ data, script }: Site, message: IncomingMessage, response: ServerResponse, pathname: string): void {
  const { org } = data;
  const known = signedIn(org, message);
  const userId = known ?? String(userNamed(org, FIRST_USER)?.['Id']);
  const cookie = known === null ? { 'set-cookie': sessionCookie(org, userId) } : {};
  if (pathname === '/' || /^\/lightning\/?$/.test(pathname)) {
    response.writeHead(302, { ...cookie, location: '/lightning/o/Account/list' }).end();
    return;
  }
  const html = shellPage(sessionModel(org, userId), `/_ui/${path.basename(script)}`);
  response
    .writeHead(200, { ...cookie, 'content-type': 'text/html;charset=utf-8', 'cache-control': 'no-store' })
    .end(html);
}
