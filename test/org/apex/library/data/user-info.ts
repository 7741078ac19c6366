import { objectNamed } from '../../../metadata/schema.ts';
import { type Row } from '../../../store/values.ts';
import { currentExecution } from '../../execution/execution.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { type MethodEntry, platformClass } from '../declare.ts';
import { userTimeZone } from '../session-locale.ts';
import { ApexTimeZone } from '../time/time-class.ts';

function user(): Row {
  const { org, userId } = currentExecution();
  return org.store.get(objectNamed(org.store.schema, 'User'), userId) ?? {};
}

function organization(): Row {
  const { org } = currentExecution();
  return org.store.get(objectNamed(org.store.schema, 'Organization'), org.organizationId) ?? {};
}

const ofUser =
  (field: string): MethodEntry =>
  () =>
    user()[field] ?? null;

/** The license of a package is not known to a local org; its own package is always licensed. */
function isLicensed(namespace: string | null): boolean {
  const own = currentExecution().org.namespace;
  if (namespace === null || namespace.toLowerCase() !== own?.toLowerCase()) {
    throwApex('System.TypeException', `Package is not installed: ${namespace ?? 'null'}`);
  }
  return true;
}

export const userInfoClass = platformClass('UserInfo', {
  statics: {
    'String getUserId()': () => currentExecution().userId,
    'String getUserName()': ofUser('Username'),
    'String getName()': ofUser('Name'),
    'String getFirstName()': ofUser('FirstName'),
    'String getLastName()': ofUser('LastName'),
    'String getUserEmail()': ofUser('Email'),
    'String getUserType()': ofUser('UserType'),
    'String getLocale()': ofUser('LocaleSidKey'),
    'String getLanguage()': ofUser('LanguageLocaleKey'),
    'String getDefaultCurrency()': () => user()['DefaultCurrencyIsoCode'] ?? 'USD',
    'String getProfileId()': ofUser('ProfileId'),
    'System.TimeZone getTimeZone()': () => new ApexTimeZone(userTimeZone()),
    'String getUserRoleId()': ofUser('UserRoleId'),
    'String getOrganizationId()': () => currentExecution().org.organizationId,
    'String getOrganizationName()': () => organization()['Name'] ?? null,
    'Boolean isMultiCurrencyOrganization()': () => currentExecution().org.store.schema.isMultiCurrency,
    'Boolean isCurrentUserLicensed(String)': isLicensed,
    'String getSessionId()': () =>
      throwApex(
        'System.UnsupportedOperationException',
        'The local org gives out no session ids: use a named credential.',
      ),
    'String getUiTheme()': () => 'Theme4d',
    'String getUiThemeDisplayed()': () => 'Theme4d',
  },
});
