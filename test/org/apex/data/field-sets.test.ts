import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openCore } from '../../open-core.ts';
import { createApexOrg } from '../execution/apex-org.ts';

const source = mkdtempSync(join(tmpdir(), 'field-sets-'));
const folder = join(source, 'objects/Contact/fieldSets');
mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, 'Card.fieldSet-meta.xml'),
  `<?xml version="1.0" encoding="UTF-8"?>
<FieldSet xmlns="http://soap.sforce.com/2006/04/metadata">
  <fullName>Card</fullName><label>Card</label>
  <displayedFields><field>LastName</field><isRequired>true</isRequired></displayedFields>
  <displayedFields><field>Account.Name</field><isRequired>false</isRequired></displayedFields>
</FieldSet>`,
);
afterAll(() => rmSync(source, { recursive: true }));

test('field sets are found through describe and by name, their members through relationships', () => {
  const org = createApexOrg(openCore({ sources: [source] }), { sources: [source] });

  const log = org.anonymous(
    `
    Map<String, Schema.FieldSet> sets = Contact.SObjectType.getDescribe().fieldSets.getMap();
    System.debug(sets.size() + ' ' + Account.SObjectType.getDescribe().fieldSets.getMap().size());
    for (Schema.FieldSetMember member : Schema.SObjectType.Contact.fieldSets.Card.getFields())
      System.debug(member.getFieldPath() + ' ' + member.getRequired() + ' ' + member.getType() + ' ' + member.getSObjectField());
    System.debug(sets.get('Card').getSObjectType());
  `,
    { userId: org.adminId },
  );

  expect(log).toEqual(['1 0', 'LastName true STRING LastName', 'Account.Name false STRING Name', 'Contact']);
});
