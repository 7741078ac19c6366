import { mustHaveField, objectNamed } from '../metadata/schema.ts';
import { USERNAMES } from '../seed-org.ts';
import { type Row } from '../store/values.ts';
import { type SessionModel } from './pages/page-model.ts';
import { APP, standardLayout } from './pages/standard-layouts.ts';
import { type PageOrg } from './records/page-session.ts';
import { nameFieldOf } from './records/ui-record.ts';

/** Who may be chosen in the header, most rights first, and as what. */
const ROLES: readonly (readonly [username: string, role: string])[] = [
  [USERNAMES.admin, 'Administrator'],
  [USERNAMES.operator, 'Operator'],
  [USERNAMES.sales, 'Sales user'],
  [USERNAMES.nobody, 'No Causeway permission'],
];

/** The user a browser is signed in as before anybody chose. */
export const FIRST_USER = USERNAMES.sales;

/** What the browser needs to know of its user before it draws anything. */
export function sessionModel(org: PageOrg, userId: string): SessionModel {
  const user = org.store.get(objectNamed(org.store.schema, 'User'), userId);
  const rights = org.security.rightsOf(userId);
  const tabs = APP.tabs
    .map((name) => objectNamed(org.store.schema, name))
    .filter((object) => rights.object(object).read)
    .map((object) => ({
      objectName: object.name,
      keyPrefix: object.keyPrefix ?? '',
      label: object.labelPlural,
      icon: standardLayout(object.name, nameFieldOf(object)).icon,
    }));
  return {
    user: { id: userId, name: String(user?.['Name']), username: String(user?.['Username']) },
    users: ROLES.map(([username, role]) => ({ username, role, name: String(userNamed(org, username)?.['Name']) })),
    app: APP.label,
    tabs,
    customPermissions: org.customPermissions.filter((name) => rights.hasCustomPermission(name)),
  };
}

/** The user of that name, if the org has one. */
export function userNamed(org: PageOrg, username: string): Row | undefined {
  const object = objectNamed(org.store.schema, 'User');
  return org.store.find(object, mustHaveField(object, 'Username'), username)[0];
}
