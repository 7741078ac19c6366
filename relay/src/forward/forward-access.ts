import { RelayError } from '../errors.ts';
import type { Caller } from '../identity/identity.ts';
import type { ConnectionSettings, Settings, Verb } from '../settings.ts';
import type { ForwardTarget } from './forward-path.ts';

/** Finds the navigation properties of an entity set and the sets that they lead to. */
export type FindNavigation = (
  connection: string,
  entitySet: string,
  context: { readonly signal: AbortSignal; readonly correlationId: string },
) => Promise<ReadonlyMap<string, string>>;

const NAVIGATION_TIMEOUT_MS = 30_000;

/** The connection of a target, if the caller's org may use it; throws RelayError NOT_FOUND alike for foreign and unknown ones. */
export function requireConnection(
  settings: Pick<Settings, 'connections' | 'orgs'>,
  caller: Caller,
  target: ForwardTarget,
): ConnectionSettings {
  const isOwn = settings.orgs.get(caller.org)?.connections.includes(target.connection) === true;
  const connection = isOwn ? settings.connections.get(target.connection) : undefined;
  if (connection !== undefined) return connection;
  throw new RelayError('NOT_FOUND', 'This org has no such connection. Check its key, or register it in the relay.');
}

/** Throws unless the entity set is open to forwarding, for this verb, and addressed as the verb asks. */
export function requireVerb(connection: ConnectionSettings, target: ForwardTarget, verb: Verb): void {
  const allowed = connection.allowed.get(target.entitySet)?.forward ?? [];
  const where = `${target.entitySet} on connection ${connection.key}`;
  if (allowed.length === 0) {
    throw new RelayError('FORWARD_PATH_REFUSED', `${where} is not open to forwarding. Register it in the relay.`);
  }
  if (!allowed.includes(verb)) {
    const message = `Forwarding may not ${verb} ${where}. Register the verb in the relay if that is wanted.`;
    throw new RelayError('NOT_ALLOWED', message);
  }
  const needsKey = verb === 'update' || verb === 'delete';
  if (verb !== 'read' && needsKey !== (target.key !== null)) {
    const message = `To ${verb} ${where}, ${needsKey ? 'name the record by its key' : 'name the set without a key'}.`;
    throw new RelayError('FORWARD_PATH_REFUSED', message);
  }
}

/** Throws unless all that a query expands is open to reading as well. */
export async function requireReadable(
  findNavigation: FindNavigation,
  connection: ConnectionSettings,
  call: {
    readonly entitySet: string;
    readonly expands: readonly string[];
    readonly verb: Verb;
    readonly correlationId: string;
  },
): Promise<void> {
  const { entitySet, expands, verb, correlationId } = call;
  if (verb !== 'read') throw new RelayError('FORWARD_PATH_REFUSED', '$expand is for reading only. Leave it out.');
  const signal = AbortSignal.timeout(NAVIGATION_TIMEOUT_MS);
  const navigation = await findNavigation(connection.key, entitySet, { signal, correlationId });
  for (const name of expands) {
    const reached = connection.allowed.get(navigation.get(name) ?? '')?.forward ?? [];
    if (reached.includes('read')) continue;
    const message = `$expand of ${name} reaches an entity set that is not open to reading. Register it in the relay.`;
    throw new RelayError('FORWARD_PATH_REFUSED', message);
  }
}
