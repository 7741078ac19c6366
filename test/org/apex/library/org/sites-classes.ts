import { platformClass, platformEnum, platformInterface, type PlatformDeclaration } from '../declare.ts';

const nothing = (): null => null;

/** Code runs in no site and no community of the local org. */
export const siteClasses: readonly PlatformDeclaration[] = [
  platformClass('Network', {
    statics: { 'Id getNetworkId()': nothing, 'String getLoginUrl(Id)': nothing, 'String getSelfRegUrl(Id)': nothing },
  }),
  platformClass('Site', {
    statics: {
      'Id getSiteId()': nothing,
      'String getName()': nothing,
      'String getMasterLabel()': nothing,
      'String getBaseUrl()': () => '',
      'String getBaseSecureUrl()': () => '',
      'String getPathPrefix()': nothing,
      'String getPrefix()': nothing,
      'String getDomain()': nothing,
      'String getSiteType()': nothing,
    },
  }),
  platformEnum('ApplicationReadWriteMode', ['DEFAULT', 'READ_ONLY']),
];

/** What installing and removing a package calls. */
export const installClasses: readonly PlatformDeclaration[] = [
  platformInterface('InstallContext', {
    methods: [
      'Id installerId()',
      'Boolean isPush()',
      'Boolean isUpgrade()',
      'Id organizationId()',
      'Version previousVersion()',
    ],
  }),
  platformInterface('InstallHandler', { methods: ['void onInstall(InstallContext)'] }),
  platformInterface('UninstallContext', { methods: ['Id organizationId()', 'Id uninstallerId()'] }),
  platformInterface('UninstallHandler', { methods: ['void onUninstall(UninstallContext)'] }),
];
