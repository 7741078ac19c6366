import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkMetadata, type MetadataReport } from './check-metadata.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const OBJECTS = 'force-app/main/sync/objects/SyncRequest__c';
const TYPES = 'force-app/main/mapping/objects';
const TEMPLATES = 'force-app/main/mapping/customMetadata';
const PERMISSIONS = 'force-app/main/app/permissionsets/CausewayOperator.permissionset-meta.xml';
const DEMO = 'unpackaged/demo/customMetadata';

/** What is done to one file: a text in it is replaced, or the whole file is. */
type Plant = { readonly file: string; readonly replace?: readonly [string | RegExp, string]; readonly write?: string };

/** A fault that is planted, and the words with which it must be told. */
const PLANTED: readonly (readonly [name: string, plant: Plant, told: string])[] = [
  [
    'a file that is not well-formed',
    { file: `${OBJECTS}/fields/DueAt__c.field-meta.xml`, write: '<CustomField><label>' },
    'not well-formed',
  ],
  ['an empty file', { file: `${OBJECTS}/fields/Attempts__c.field-meta.xml`, write: '' }, 'not well-formed'],
  [
    'another namespace',
    { file: `${OBJECTS}/fields/Code__c.field-meta.xml`, replace: ['2006/04/metadata', '2006/05/metadata'] },
    'xmlns is not',
  ],
  [
    'an unknown metadata type',
    { file: `${OBJECTS}/fields/Message__c.field-meta.xml`, replace: [/CustomField/g, 'CustomFeld'] },
    'CustomFeld is not a metadata type',
  ],
  [
    'an unknown element',
    {
      file: `${OBJECTS}/fields/Lane__c.field-meta.xml`,
      replace: ['<restricted>', '<strict>true</strict><restricted>'],
    },
    'CustomField/valueSet: unknown element <strict>',
  ],
  [
    'an unknown member of an enumeration',
    { file: `${OBJECTS}/fields/Priority__c.field-meta.xml`, replace: ['>Number<', '>Numeric<'] },
    "'Numeric' is not one of",
  ],
  [
    'a number that is none',
    { file: `${OBJECTS}/fields/Generation__c.field-meta.xml`, replace: ['>18<', '>many<'] },
    "'many' is not a number",
  ],
  [
    'a boolean that is none',
    { file: `${OBJECTS}/fields/RecordId__c.field-meta.xml`, replace: ['<required>true', '<required>yes'] },
    "'yes' is not true or false",
  ],
  [
    'an element given twice',
    { file: `${OBJECTS}/fields/Mapping__c.field-meta.xml`, replace: ['<label>', '<label>Twice</label><label>'] },
    '<label> is given more than once',
  ],
  [
    'a required element that is missing',
    {
      file: `${DEMO}/FieldMapping.Account_Street.md-meta.xml`,
      replace: ['<field>Sequence__c</field>', ''],
    },
    '<field> is missing',
  ],
  [
    'a field named unlike its file',
    { file: `${OBJECTS}/fields/Reason__c.field-meta.xml`, replace: ['<fullName>Reason__c', '<fullName>Cause__c'] },
    '<fullName> differs',
  ],
  [
    'a field without description',
    { file: `${OBJECTS}/fields/ObjectName__c.field-meta.xml`, replace: [/<description>.*<\/description>/, ''] },
    'has no <description>',
  ],
  [
    'an object without description',
    { file: `${OBJECTS}/SyncRequest__c.object-meta.xml`, replace: [/<description>.*<\/description>/, ''] },
    'has no <description>',
  ],
  [
    'an edited field without help',
    {
      file: `${TYPES}/FieldMapping__mdt/fields/Kind__c.field-meta.xml`,
      replace: [/<inlineHelpText>.*<\/inlineHelpText>/, ''],
    },
    'no <inlineHelpText>',
  ],
  [
    'a configuration field that upgrades overwrite',
    {
      file: `${TYPES}/FieldMapping__mdt/fields/Policy__c.field-meta.xml`,
      replace: [/<fieldManageability>.*<\/fieldManageability>/, ''],
    },
    '<fieldManageability>',
  ],
  [
    'a lookup to nothing',
    { file: `${OBJECTS}/fields/ApprovedBy__c.field-meta.xml`, replace: ['<referenceTo>User', '<referenceTo>Robot__c'] },
    'names Robot__c, which does not exist',
  ],
  [
    'two child relationships of one name',
    {
      file: 'force-app/main/commerce/objects/Payment__c/fields/Account__c.field-meta.xml',
      replace: ['<relationshipName>Payments', '<relationshipName>Invoices'],
    },
    'is taken by',
  ],
  [
    'a checkbox that is no claim',
    {
      file: `${OBJECTS}/fields/Urgent__c.field-meta.xml`,
      write: field('Urgent__c', '<defaultValue>false</defaultValue><label>Urgent</label><type>Checkbox</type>'),
    },
    'are named Is…',
  ],
  [
    'a text too long to exist',
    { file: `${OBJECTS}/fields/WaitingFor__c.field-meta.xml`, replace: ['>255<', '>300<'] },
    '1 to 255 characters',
  ],
  [
    'a formula that cannot be read',
    {
      file: 'force-app/main/commerce/objects/Invoice__c/fields/IsOverdue__c.field-meta.xml',
      replace: ['DueDate__c)', 'PastDate__c)'],
    },
    '<formula>',
  ],
  [
    'a secret',
    {
      file: `${OBJECTS}/fields/Fingerprint__c.field-meta.xml`,
      replace: ['<description>', '<description>client_secret '],
    },
    'looks like a secret',
  ],
  ['a stray retrieve', { file: 'unpackaged/dev/classes/Stray.cls', write: 'class Stray {}' }, 'must stay empty'],
  [
    'a record with an unknown field',
    { file: `${DEMO}/FieldMapping.Account_City.md-meta.xml`, replace: ['<field>Policy__c', '<field>Police__c'] },
    'has no field Police__c',
  ],
  [
    'a record value of another type',
    { file: `${DEMO}/FieldMapping.Account_State.md-meta.xml`, replace: ['xsd:double', 'xsd:string'] },
    'the field takes xsd:double',
  ],
  [
    'a record value outside the picklist',
    { file: `${DEMO}/FieldMapping.Account_Phone.md-meta.xml`, replace: ['>Ask<', '>Shout<'] },
    "'Shout' is not one of",
  ],
  [
    'a record without a required value',
    {
      file: `${DEMO}/Connection.contoso.md-meta.xml`,
      replace: [/<values>\s*<field>ConnectionKey__c[^]*?<\/values>/, ''],
    },
    'ConnectionKey__c: is required',
  ],
  [
    'a relationship to no record',
    { file: `${DEMO}/FieldMapping.Account_Country.md-meta.xml`, replace: ['string">Country<', 'string">Continent<'] },
    'no ValueMap__mdt record named Continent',
  ],
  [
    'a template that leans on a customer’s record',
    {
      file: `${TEMPLATES}/FieldMapping.FO_Account_Country.md-meta.xml`,
      replace: ['</CustomMetadata>', value('ValueMap__c', 'Country') + '</CustomMetadata>'],
    },
    'no ValueMap__mdt record named Country',
  ],
  [
    'a reference to no mapping',
    {
      file: `${DEMO}/FieldMapping.Opportunity_OrderingCustomer.md-meta.xml`,
      replace: ['>Account_Customer<', '>Account_Client<'],
    },
    'no EntityMapping__mdt record named Account_Client',
  ],
  [
    'options that break their contract',
    { file: `${DEMO}/FieldMapping.Opportunity_CostCenter.md-meta.xml`, replace: ['"dimension"', '"dimensions"'] },
    'Options__c',
  ],
  [
    'match rules that are no JSON',
    { file: `${DEMO}/EntityMapping.Product_ReleasedProduct.md-meta.xml`, replace: ['[{', '[['] },
    'MatchRules__c: is not JSON',
  ],
  [
    'an unknown entity set',
    {
      file: `${DEMO}/EntityMapping.Contact_ContactPerson.md-meta.xml`,
      replace: ['>ContactPersons<', '>ContactPeople<'],
    },
    'no entity set ContactPeople',
  ],
  [
    'an unknown Dynamics field',
    { file: `${DEMO}/FieldMapping.Account_Website.md-meta.xml`, replace: ['PrimaryContactURL', 'PrimaryContactUrl'] },
    'CustomersV3 has no field PrimaryContactUrl',
  ],
  [
    'an unknown Salesforce field',
    {
      file: `${DEMO}/FieldMapping.OrderLine_Quantity.md-meta.xml`,
      replace: ['string">Quantity<', 'string">Amount__c<'],
    },
    'OrderItem has no field Amount__c',
  ],
  [
    'an unknown parent path',
    { file: `${DEMO}/FieldMapping.OrderLine_ItemTaxGroup.md-meta.xml`, replace: ['Product2.Family', 'Product2.Tribe'] },
    'has no field Product2.Tribe',
  ],
  [
    'an unknown child relationship',
    { file: `${DEMO}/EntityMapping.Order_SalesOrderLine.md-meta.xml`, replace: ['>OrderItems<', '>OrderLines<'] },
    'no child relationship OrderLines',
  ],
  [
    'criteria that are no condition',
    { file: `${DEMO}/EntityMapping.Opportunity_SalesOrder.md-meta.xml`, replace: ['>IsWon<', '>Name<'] },
    'Criteria__c',
  ],
  [
    'an inbound formula over an unknown field',
    {
      file: `${DEMO}/FieldMapping.Invoice_Subtotal.md-meta.xml`,
      replace: ['TotalInvoiceAmount - TotalTaxAmount', 'TotalInvoiceAmount - TotalVat'],
    },
    'InboundFormula__c',
  ],
  [
    'a route condition over an unknown field',
    { file: `${DEMO}/CompanyRoute.Account_gbsi.md-meta.xml`, replace: ['BillingCountry', 'BillingLand'] },
    'Condition__c',
  ],
  [
    'a record name of 41 characters',
    { file: `${DEMO}/ValueMap.${'A'.repeat(41)}.md-meta.xml`, write: record(value('UnknownValue__c', 'Reject')) },
    'the name must have 1 to 40',
  ],
  [
    'a record of an unknown type',
    { file: `${DEMO}/Riddle.One.md-meta.xml`, write: record('') },
    'Riddle__mdt does not exist',
  ],
  [
    'a permission set that names an unknown field',
    { file: PERMISSIONS, replace: ['>Account.CreditLimit__c<', '>Account.CreditCeiling__c<'] },
    'Account.CreditCeiling__c, which does not exist',
  ],
  [
    'a permission on a required field',
    {
      file: 'force-app/main/app/permissionsets/CausewayUser.permissionset-meta.xml',
      replace: ['</PermissionSet>', `${permission('SyncRequest__c.RequestKey__c')}</PermissionSet>`],
    },
    'SyncRequest__c.RequestKey__c is required',
  ],
  [
    'a right on an object without those that it needs',
    {
      file: 'force-app/main/app/permissionsets/CausewayIntegration.permissionset-meta.xml',
      replace: ['<modifyAllRecords>false</modifyAllRecords>', '<modifyAllRecords>true</modifyAllRecords>'],
    },
    'modifyAllRecords needs viewAllRecords',
  ],
  [
    'a field that no permission set names',
    {
      file: 'force-app/main/commerce/objects/Invoice__c/fields/Forgotten__c.field-meta.xml',
      write: field('Forgotten__c', '<label>Forgotten</label><type>Text</type><length>10</length>'),
    },
    'no permission set names the field',
  ],
  [
    'a page with an unknown component',
    { file: 'force-app/main/app/flexipages/Planted.flexipage-meta.xml', write: page('c:syncStatos', 'Account') },
    'the component c:syncStatos, which does not exist',
  ],
  [
    'a component on a page of an object it is not made for',
    { file: 'force-app/main/app/flexipages/Other.flexipage-meta.xml', write: page('c:syncStatus', 'Case') },
    'c:syncStatus is not made for the pages of Case',
  ],
  [
    'a class of another API version',
    {
      file: 'force-app/main/core/classes/Clock.cls-meta.xml',
      replace: [/<apiVersion>[^<]*/, '<apiVersion>60.0'],
    },
    'is not 66.0',
  ],
  [
    'a class that would not be deployed',
    { file: 'force-app/main/core/classes/Lonely.cls', write: 'public with sharing class Lonely {}' },
    'has no -meta.xml file',
  ],
  [
    'a description without its class',
    { file: 'force-app/main/core/classes/Ghost.cls-meta.xml', write: apexMeta() },
    'stands alone',
  ],
  [
    'a label that does not exist',
    {
      file: 'force-app/main/sync/lwc/syncStatus/labels.ts',
      replace: ['c.Status_Title', 'c.Status_Titel'],
    },
    'the label Status_Titel, which does not exist',
  ],
  [
    'a custom permission that does not exist',
    {
      file: 'force-app/main/sync/lwc/syncStatus/syncStatus.ts',
      replace: ['customPermission/CanViewSyncStatus', 'customPermission/CanSee'],
    },
    'the custom permission CanSee, which does not exist',
  ],
];

/** Permissions on fields whose files are not well-formed now, and the label that nothing uses any more. */
const HANGING = /names SyncRequest__c\.(Attempts|DueAt)__c, which|the label Status_Title is used by nothing/;

function permission(name: string): string {
  return `<fieldPermissions><editable>false</editable><field>${name}</field><readable>true</readable></fieldPermissions>`;
}

function page(component: string, object: string): string {
  return `<?xml version="1.0"?><FlexiPage xmlns="http://soap.sforce.com/2006/04/metadata"><flexiPageRegions><itemInstances><componentInstance><componentName>${component}</componentName></componentInstance></itemInstances><name>main</name><type>Region</type></flexiPageRegions><masterLabel>Planted</masterLabel><sobjectType>${object}</sobjectType><template><name>flexipage:recordHomeTemplateDesktop</name></template><type>RecordPage</type></FlexiPage>`;
}

function apexMeta(): string {
  return '<?xml version="1.0"?><ApexClass xmlns="http://soap.sforce.com/2006/04/metadata"><apiVersion>66.0</apiVersion><status>Active</status></ApexClass>';
}

function field(name: string, rest: string): string {
  return `<?xml version="1.0"?><CustomField xmlns="http://soap.sforce.com/2006/04/metadata"><fullName>${name}</fullName><description>Planted.</description>${rest}</CustomField>`;
}

function value(name: string, text: string): string {
  return `<values><field>${name}</field><value xsi:type="xsd:string">${text}</value></values>`;
}

function record(values: string): string {
  return `<?xml version="1.0"?><CustomMetadata xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><label>Planted</label><protected>false</protected>${values}</CustomMetadata>`;
}

function plant(project: string, { file, replace, write }: Plant): void {
  const target = path.join(project, file);
  mkdirSync(path.dirname(target), { recursive: true });
  if (write !== undefined) writeFileSync(target, write);
  if (replace === undefined) return;
  const before = readFileSync(target, 'utf8');
  const after = before.replace(replace[0], replace[1]);
  if (after === before) throw new Error(`Nothing was planted in ${file}.`);
  writeFileSync(target, after);
}

describe('checkMetadata', () => {
  const project = mkdtempSync(path.join(tmpdir(), 'causeway-metadata-'));
  let report: MetadataReport;

  beforeAll(() => {
    for (const folder of ['force-app', 'unpackaged'])
      cpSync(path.join(PROJECT, folder), path.join(project, folder), { recursive: true });
    for (const [, one] of PLANTED) plant(project, one);
    report = checkMetadata(project, PROJECT);
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it.each(PLANTED)('tells %s', (_, { file }, told) => {
    const faults = report.faults.filter((fault) => fault.startsWith(`${file}: `));

    expect(faults.join('\n')).toContain(told);
  });

  it('tells nothing of files in which nothing was planted, but for what hangs on planted ones', () => {
    const planted = new Set(PLANTED.map(([, { file }]) => file));
    const others = report.faults.filter(
      (fault) => !planted.has(fault.slice(0, fault.indexOf(': '))) && !HANGING.test(fault),
    );

    expect(others).toEqual([]);
  });

  it('finds no fault in this project', () => {
    const { faults, files } = checkMetadata(PROJECT);

    expect(faults).toEqual([]);
    expect(files).toBeGreaterThan(500);
  });
});
