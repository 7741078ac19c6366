import type { SessionModel } from '../../pages/page-model.ts';

/** Who is signed in and what they may do, as the page was served. */
export const session = JSON.parse(document.getElementById('session')?.textContent ?? '{}') as SessionModel;

/** True, or undefined as the platform has it for a permission that is not granted. */
export function hasCustomPermission(name: string): true | undefined {
  return session.customPermissions.includes(name.toLowerCase()) ? true : undefined;
}
