import { RelayError } from '../errors.ts';
import type { AuditEvent, AuditQuery } from '../store/store.ts';
import { toLongId } from '../sync/salesforce-id.ts';
import { instantParameter, limitParameter, requireKnownParameters, textParameter } from './query.ts';
import type { Route } from './route.ts';

/** Finds audit events of one org, newest first. */
export type FindAudit = (query: AuditQuery) => Promise<AuditEvent[]>;

const PARAMETERS = ['unitKey', 'recordId', 'actor', 'rule', 'after', 'before', 'cursor', 'limit'];
const TEXT = /^[\x20-\x7e]{1,200}$/;
const CURSOR = /^[\w:.-]{1,100}$/;

/** GET /v1/audit: one page of the decisions made for the caller's org. */
export function auditRoute(findAudit: FindAudit): Route {
  return {
    method: 'GET',
    path: '/v1/audit',
    access: 'caller',
    once: false,
    handle: async ({ caller, query }) => {
      requireKnownParameters(query, PARAMETERS);
      const limit = limitParameter(query);
      const found = await findAudit({
        org: caller.org,
        ...textParameter(query, 'unitKey', TEXT),
        ...recordIdParameter(query),
        ...textParameter(query, 'actor', TEXT),
        ...textParameter(query, 'rule', TEXT),
        ...instantParameter(query, 'after'),
        ...instantParameter(query, 'before'),
        ...textParameter(query, 'cursor', CURSOR),
        // One more than is shown: whether there is a next page is then known, not guessed.
        limit: limit + 1,
      });
      const page = found.slice(0, limit);
      const nextCursor = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { status: 200, body: { contract: 1, events: page.map(withoutOrg), nextCursor } };
    },
  };
}

/** Ids are kept in their form of 18 characters; the one of 15, which Salesforce shows here and there, finds the same record. */
function recordIdParameter(query: URLSearchParams): { readonly recordId?: string } {
  const { recordId } = textParameter(query, 'recordId', TEXT);
  if (recordId === undefined) return {};
  const long = toLongId(recordId);
  if (long !== null) return { recordId: long };
  const message =
    'The parameter "recordId" is no Salesforce id: give its 15 characters, or all 18 as Salesforce shows them, capitals included.';
  throw new RelayError('REQUEST_MALFORMED', message, { field: 'recordId' });
}

/** The org is the caller's: it says nothing, and an answer that cannot name an org cannot name a foreign one. */
function withoutOrg(event: AuditEvent): Omit<AuditEvent, 'org'> {
  const { id, at, unitKey, actor, action, rule, outcome, fields, correlationId } = event;
  return { id, at, unitKey, actor, action, rule, outcome, fields, correlationId };
}
