import type { Outcome } from '../errors.ts';
import type { Verb } from '../settings.ts';
import type { AuditEvent } from '../store/store.ts';
import type { ForwardTarget } from './forward-path.ts';

/** The audit event of one forwarded write: who, which record, what came of it; nothing of the body. */
export function describeWrite(write: {
  readonly id: string;
  readonly at: Date;
  readonly org: string;
  readonly actor: string;
  readonly verb: Verb;
  readonly target: ForwardTarget;
  /** Dynamics' status; null where none came, and nobody can say whether the write was carried out. */
  readonly status: number | null;
  readonly correlationId: string;
}): AuditEvent {
  const { connection, entitySet, key } = write.target;
  return {
    id: write.id,
    at: write.at.toISOString(),
    org: write.org,
    unitKey: null,
    actor: write.actor,
    action: `forward.${write.verb}`,
    rule: `${connection}/${entitySet}${key === null ? '' : `(${key})`}`,
    outcome: outcomeOf(write.verb, write.status),
    fields: [],
    correlationId: write.correlationId,
  };
}

function outcomeOf(verb: Verb, status: number | null): Outcome {
  if (status === null) return 'failed';
  if (status < 300) return verb === 'create' ? 'created' : 'updated';
  if (status === 429 || status === 503) return 'deferred';
  if (status === 412) return 'conflict';
  return status < 500 ? 'rejected' : 'failed';
}
