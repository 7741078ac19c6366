import type { OrgSettings } from '../settings.ts';
import { RelayError } from '../errors.ts';
import { toCallError } from './faults.ts';
import { PACKAGE_NAMESPACE } from './package-names.ts';
import type { SalesforceSession } from './session.ts';

/** What stands before the package's names in the org: `causeway__`, or nothing where it is developed. */
export type Prefix = () => Promise<string>;

/**
 * The prefix as the settings name the namespace; else found out when first needed, once however many wait, and kept. Throws
 * CONFIGURATION_UNREADABLE where the relay's user sees no package at all.
 */
export function createPrefix(deps: {
  readonly session: SalesforceSession;
  readonly org: Pick<OrgSettings, 'namespace'>;
}): Prefix {
  const { namespace } = deps.org;
  let learned = namespace === undefined ? null : Promise.resolve(prefixOf(namespace));
  return () => {
    if (learned === null) {
      const attempt = learn(deps.session);
      learned = attempt;
      attempt.catch(() => (learned = null));
    }
    return learned;
  };
}

function prefixOf(namespace: string): string {
  return namespace === '' ? '' : `${namespace}__`;
}

// Installed before developed: a name without prefix may be the customer's own.
async function learn(session: SalesforceSession): Promise<string> {
  for (const prefix of [prefixOf(PACKAGE_NAMESPACE), '']) {
    const path = `/sobjects/${prefix}EntityMapping__mdt/describe`;
    const reply = await session.send({ method: 'GET', path, what: 'look for the package' });
    if (reply.ok) return prefix;
    if (reply.status !== 404 && !reply.errors.some(({ code }) => code === 'INVALID_TYPE'))
      throw toCallError(reply.errors, 'look for the package');
  }
  throw new RelayError(
    'CONFIGURATION_UNREADABLE',
    'The relay’s user cannot see the custom metadata type EntityMapping__mdt. Install the package and give the user its integration permission set.',
  );
}
