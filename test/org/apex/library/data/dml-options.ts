import { type PlatformDeclaration } from '../declare.ts';
import { dataClass } from './data-class.ts';

const NAMESPACE = { namespace: 'DMLOptions' } as const;

const assignmentRule = dataClass('AssignmentRuleHeader', {
  ...NAMESPACE,
  fields: { assignmentRuleId: 'Id', useDefaultRule: 'Boolean' },
});
const duplicateRule = dataClass('DuplicateRuleHeader', {
  ...NAMESPACE,
  fields: { allowSave: 'Boolean', runAsCurrentUser: 'Boolean' },
});
const email = dataClass('EmailHeader', {
  ...NAMESPACE,
  fields: { triggerAutoResponseEmail: 'Boolean', triggerOtherEmail: 'Boolean', triggerUserEmail: 'Boolean' },
});

const options = dataClass('DMLOptions', {
  namespace: 'Database',
  fields: {
    optAllOrNone: 'Boolean',
    allowFieldTruncation: 'Boolean',
    localeOptions: 'String',
    assignmentRuleHeader: 'DMLOptions.AssignmentRuleHeader',
    duplicateRuleHeader: 'DMLOptions.DuplicateRuleHeader',
    emailHeader: 'DMLOptions.EmailHeader',
  },
  initial: () => ({
    assignmentRuleHeader: assignmentRule.create(),
    duplicateRuleHeader: duplicateRule.create(),
    emailHeader: email.create(),
  }),
});

/** Database.DMLOptions with its headers. */
export const dmlOptionClasses: readonly PlatformDeclaration[] = [
  options.declaration,
  assignmentRule.declaration,
  duplicateRule.declaration,
  email.declaration,
];
