import { asyncClasses } from '../library/data/async.ts';
import { cacheClasses } from '../library/data/cache.ts';
import { databaseClasses } from '../library/data/database.ts';
import { eventClasses } from '../library/data/events.ts';
import { dataExceptions } from '../library/data/exceptions.ts';
import { featureManagementClass } from '../library/data/features.ts';
import { httpClasses } from '../library/data/http.ts';
import { limitsClass } from '../library/data/limits.ts';
import { messagingClasses } from '../library/data/messaging.ts';
import { metadataClasses } from '../library/data/metadata.ts';
import { restClasses } from '../library/data/rest-context.ts';
import { schemaClasses } from '../library/data/schema.ts';
import { searchClasses } from '../library/data/search.ts';
import { securityClasses } from '../library/data/security.ts';
import { settingClasses } from '../library/data/settings.ts';
import { sobjectClass } from '../library/data/sobject.ts';
import { systemClass } from '../library/data/system.ts';
import { testClasses } from '../library/data/test.ts';
import { triggerClasses } from '../library/data/trigger.ts';
import { userInfoClass } from '../library/data/user-info.ts';
import { type PlatformDeclaration } from '../library/declare.ts';

/** The classes of the platform that deal with records, transactions, jobs and callouts. */
export const dataLibrary: readonly PlatformDeclaration[] = [
  sobjectClass,
  limitsClass,
  systemClass,
  userInfoClass,
  featureManagementClass,
  ...asyncClasses,
  ...cacheClasses,
  ...databaseClasses,
  ...dataExceptions,
  ...eventClasses,
  ...httpClasses,
  ...messagingClasses,
  ...metadataClasses,
  ...restClasses,
  ...schemaClasses,
  ...searchClasses,
  ...securityClasses,
  ...settingClasses,
  ...testClasses,
  ...triggerClasses,
];
