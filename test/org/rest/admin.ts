import { toRecordError } from '../record-error.ts';
import { type Fault, type Faults } from './faults.ts';
import { errorResponse, type RestResponse } from './http.ts';
import { type Sessions } from './oauth.ts';

/** Answers `/_org/…`: the test equipment's own door, which no real org has. */
export type Admin = (method: string, url: URL, body: string) => RestResponse;

type Dependencies = {
  readonly faults: Faults;
  readonly sessions: Sessions;
  readonly userIdOf: (username: string) => string;
  readonly usage: () => Readonly<Record<string, number>>;
};

type Door = (dependencies: Dependencies, body: Record<string, unknown>) => RestResponse;

const DOORS: Readonly<Record<string, Door>> = {
  'POST /_org/faults': ({ faults }, body) => {
    faults.add(body as Fault);
    return { status: 204 };
  },
  'DELETE /_org/faults': ({ faults }) => {
    faults.clear();
    return { status: 204 };
  },
  'POST /_org/locks': ({ faults }, body) => {
    faults.lock(String(body['id']), Number(body['times'] ?? 1));
    return { status: 204 };
  },
  'POST /_org/sessions': ({ sessions, userIdOf }, body) => ({
    status: 201,
    body: { accessToken: sessions.open(userIdOf(String(body['username']))) },
  }),
  'DELETE /_org/sessions': ({ sessions }) => {
    sessions.expireAll();
    return { status: 204 };
  },
  'GET /_org/usage': ({ usage }) => ({ status: 200, body: usage() }),
};

export function createAdmin(dependencies: Dependencies): Admin {
  return (method, url, body) => {
    const door = DOORS[`${method} ${url.pathname}`];
    if (!door) return { status: 404, body: { message: `The local org has no ${method} ${url.pathname}.` } };
    try {
      return door(dependencies, JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>);
    } catch (error) {
      return errorResponse(toRecordError(error));
    }
  };
}
