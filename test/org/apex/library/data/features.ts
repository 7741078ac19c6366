import { withoutPrefix } from '../../data/security.ts';
import { currentExecution } from '../../execution/execution.ts';
import { throwApex, throwNullReference } from '../../runtime/values/apex-exception.ts';
import { platformClass } from '../declare.ts';

/** A permission that the org does not have is nobody's, as in a real org; the log says that it does not exist. */
function checkPermission(name: string | null): boolean {
  const { org, userId, log } = currentExecution();
  const wanted = withoutPrefix((name ?? throwNullReference()).toLowerCase(), org.namespace);
  if (!org.metadata.customPermissions.has(wanted)) {
    log.push({ level: 'WARN', text: `The org has no custom permission ${name ?? ''}.`, line: 0 });
  }
  return org.security.rightsOf(userId).hasCustomPermission(wanted);
}

export const featureManagementClass = platformClass('FeatureManagement', {
  statics: {
    'Boolean checkPermission(String)': checkPermission,
    'void changeProtection(String, String, String)': () =>
      throwApex(
        'System.UnsupportedOperationException',
        'The local org does not know FeatureManagement.changeProtection.',
      ),
  },
});
