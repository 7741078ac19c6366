import { checkSuffix } from './store/record-ids.ts';
import { mustHaveField, objectNamed } from './metadata/schema.ts';
import { type RecordStore } from './store/record-store.ts';
import { type Row } from './store/values.ts';

/** The people every org starts with. */
export type OrgUsers = {
  readonly admin: string;
  readonly integration: string;
  readonly operator: string;
  readonly sales: string;
  /** A colleague without any permission of ours. */
  readonly nobody: string;
};

export const USERNAMES = {
  admin: 'admin@causeway.example',
  integration: 'integration@causeway.example',
  operator: 'operator@causeway.example',
  sales: 'sales@causeway.example',
  nobody: 'nobody@causeway.example',
} as const;

const PERMISSION_SETS: Readonly<Record<keyof OrgUsers, readonly string[]>> = {
  admin: ['CausewayAdmin'],
  integration: ['CausewayIntegration'],
  operator: ['CausewayOperator'],
  sales: ['CausewayUser'],
  nobody: [],
};

export const CURRENCIES = ['USD', 'EUR', 'GBP'] as const;
const RATES: Readonly<Record<string, string>> = { USD: '1', EUR: '0.92', GBP: '0.79' };

type Stage = readonly [name: string, probability: number, category: string];
const STAGES: readonly Stage[] = [
  ['Prospecting', 10, 'Pipeline'],
  ['Qualification', 10, 'Pipeline'],
  ['Needs Analysis', 20, 'Pipeline'],
  ['Value Proposition', 50, 'Pipeline'],
  ['Id. Decision Makers', 60, 'Pipeline'],
  ['Perception Analysis', 70, 'Pipeline'],
  ['Proposal/Price Quote', 75, 'Pipeline'],
  ['Negotiation/Review', 90, 'Pipeline'],
  ['Closed Won', 100, 'Closed'],
  ['Closed Lost', 0, 'Omitted'],
];

/** The id of the org where a test names none. */
export function defaultOrganizationId(): string {
  const id15 = '00DCa0000000001';
  return id15 + checkSuffix(id15);
}

/** Fills a new org with what Salesforce itself brings: organization, profiles, users, stages, the standard price book, currencies. */
export function seedOrg(store: RecordStore, organizationId: string, now: string): void {
  if (store.get(objectNamed(store.schema, 'Organization'), organizationId)) return;
  const people = seedPeople(store, now);
  const insert = inserter(store, people.admin, now);
  insert(
    'Organization',
    {
      Name: 'Causeway Local Org',
      OrganizationType: 'Developer Edition',
      InstanceName: 'LOCAL',
      IsSandbox: true,
      TimeZoneSidKey: 'GMT',
      DefaultLocaleSidKey: 'en_US',
      LanguageLocaleKey: 'en_US',
    },
    organizationId,
  );
  insert('Pricebook2', { Name: 'Standard Price Book', IsActive: true, IsStandard: true });
  STAGES.forEach(([name, probability, category], index) =>
    insert('OpportunityStage', {
      MasterLabel: name,
      ApiName: name,
      IsActive: true,
      SortOrder: String(index + 1),
      IsClosed: name.startsWith('Closed'),
      IsWon: name === 'Closed Won',
      ForecastCategoryName: category,
      DefaultProbability: String(probability),
    }),
  );
  if (store.schema.isMultiCurrency) {
    for (const code of CURRENCIES) {
      insert('CurrencyType', {
        IsoCode: code,
        ConversionRate: RATES[code] ?? '1',
        DecimalPlaces: '2',
        IsActive: true,
        IsCorporate: code === 'USD',
      });
    }
  }
}

type Insert = (objectName: string, values: Row, id?: string) => string;

function inserter(store: RecordStore, userId: string, now: string): Insert {
  return (objectName, values, givenId) => {
    const object = objectNamed(store.schema, objectName);
    const id = givenId ?? store.newId(object);
    store.insert(object, {
      Id: id,
      CreatedDate: now,
      CreatedById: userId,
      LastModifiedDate: now,
      LastModifiedById: userId,
      SystemModstamp: now,
      ...values,
    });
    return id;
  };
}

function seedPeople(store: RecordStore, now: string): OrgUsers {
  const adminId = store.newId(objectNamed(store.schema, 'User'));
  const insert = inserter(store, adminId, now);
  const profile = (name: string): string => insert('Profile', { Name: name, UserType: 'Standard' });
  const user = (
    username: string,
    [firstName, lastName]: readonly [string, string],
    profileId: string,
    id?: string,
  ): string =>
    insert(
      'User',
      {
        Username: username,
        FirstName: firstName,
        LastName: lastName,
        Name: `${firstName} ${lastName}`,
        Email: username,
        Alias: lastName.slice(0, 8).toLowerCase(),
        IsActive: true,
        TimeZoneSidKey: 'GMT',
        LocaleSidKey: 'en_US',
        EmailEncodingKey: 'UTF-8',
        LanguageLocaleKey: 'en_US',
        UserType: 'Standard',
        ProfileId: profileId,
        CurrencyIsoCode: 'USD',
        DefaultCurrencyIsoCode: 'USD',
      },
      id,
    );
  const admin = user(USERNAMES.admin, ['Ada', 'Admin'], profile('System Administrator'), adminId);
  const integration = user(
    USERNAMES.integration,
    ['Causeway', 'Integration'],
    profile('Minimum Access - API Only Integrations'),
  );
  const standardUser = profile('Standard User');
  const operator = user(USERNAMES.operator, ['Olga', 'Operator'], standardUser);
  const sales = user(USERNAMES.sales, ['Sam', 'Sales'], standardUser);
  const nobody = user(USERNAMES.nobody, ['Nora', 'Nobody'], standardUser);
  return { admin, integration, operator, sales, nobody };
}

/** Gives the people the permission sets that the org's sources brought. Safe to run twice. */
export function assignPermissionSets(store: RecordStore, users: OrgUsers, now: string): void {
  const assignment = objectNamed(store.schema, 'PermissionSetAssignment');
  const sets = objectNamed(store.schema, 'PermissionSet');
  const insert = inserter(store, users.admin, now);
  for (const [person, names] of Object.entries(PERMISSION_SETS)) {
    const userId = users[person as keyof OrgUsers];
    const held = store.find(assignment, mustHaveField(assignment, 'AssigneeId'), userId);
    for (const { Id: setId = null } of names.flatMap((name) => store.find(sets, mustHaveField(sets, 'Name'), name))) {
      if (held.some((row) => row['PermissionSetId'] === setId)) continue;
      insert('PermissionSetAssignment', { AssigneeId: userId, PermissionSetId: setId, IsActive: true });
    }
  }
}
