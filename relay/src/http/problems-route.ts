import { describeCode, RelayError } from '../errors.ts';
import type { Problem, Store } from '../store/store.ts';
import { limitParameter, requireKnownParameters, textParameter } from './query.ts';
import { actorOf, type Route } from './route.ts';

/** Finds problems of one org, those seen last first. */
export type FindProblems = Store['findProblems'];

/** Asks for another run of the units of a problem, which must be one of this org; null where it has no such problem. */
export type RetryProblem = (
  org: string,
  problemId: string,
  actor: string,
  correlationId: string,
) => Promise<{ readonly requested: number } | null>;

const ID = /^[\w:.-]{1,100}$/;
const STATE = /^(open|closed)$/;

/** GET /v1/problems: one page of root causes, each with what it means and who must act. */
export function problemsRoute(find: FindProblems): Route {
  return {
    method: 'GET',
    path: '/v1/problems',
    access: 'caller',
    once: false,
    handle: async ({ caller, query }) => {
      requireKnownParameters(query, ['state', 'cursor', 'limit']);
      const limit = limitParameter(query);
      const { state = 'open' } = textParameter(query, 'state', STATE);
      const found = await find({
        org: caller.org,
        state: state === 'closed' ? 'closed' : 'open',
        ...textParameter(query, 'cursor', ID),
        limit: limit + 1,
      });
      const page = found.slice(0, limit);
      const nextCursor = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { status: 200, body: { contract: 1, problems: page.map(describeProblem), nextCursor } };
    },
  };
}

/** POST /v1/problems/{id}/retry: the units of one problem are asked for again. */
export function retryProblemRoute(retry: RetryProblem): Route {
  return {
    method: 'POST',
    path: '/v1/problems/:id/retry',
    access: 'caller',
    once: true,
    handle: async ({ caller, params: { id = '' }, correlationId }) => {
      const started = ID.test(id) ? await retry(caller.org, id, actorOf(caller), correlationId) : null;
      if (started === null) {
        throw new RelayError(
          'NOT_FOUND',
          'This org has no such problem. It may be solved; read GET /v1/problems again.',
        );
      }
      return { status: 202, body: { contract: 1, problemId: id, requested: started.requested, correlationId } };
    },
  };
}

function describeProblem(problem: Problem) {
  const { id, code, entitySet, field, scope, state, unitCount, firstSeenAt, lastSeenAt } = problem;
  const { text, fix, owner } = describeCode(code);
  return { id, code, entitySet, field, scope, state, unitCount, firstSeenAt, lastSeenAt, text, fix, owner };
}
