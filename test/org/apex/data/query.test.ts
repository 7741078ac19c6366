import { describe, expect, test } from '@jest/globals';
import { apexUnderTest } from '../testing/apex.test-support.ts';

describe('queries', () => {
  test('bring parents, children, counts and groups as Apex values', () => {
    const apex = apexUnderTest({
      snippets: {
        go: `Account acme = new Account(Name = 'Acme', AnnualRevenue = 12.50);
          insert acme;
          insert new List<Contact>{ new Contact(LastName = 'A', AccountId = acme.Id), new Contact(LastName = 'B', AccountId = acme.Id) };
          Account found = [SELECT Name, AnnualRevenue, (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account WHERE Name = 'ACME'];
          System.debug(found.Contacts.size() + found.Contacts[1].LastName + ' ' + (found.AnnualRevenue == 12.5));
          System.debug([SELECT Account.Owner.Name FROM Contact LIMIT 1].Account.Owner.Name);
          AggregateResult result = [SELECT AccountId account, COUNT(Id) many FROM Contact GROUP BY AccountId];
          System.debug(result.get('many') + ' ' + ((Id) result.get('account') == acme.Id));
          Set<Id> ids = new Set<Id>{ acme.Id };
          System.debug([SELECT COUNT() FROM Contact WHERE AccountId IN :ids] + ' ' + [SELECT Id FROM Contact WHERE AccountId = :acme.Id LIMIT :ids.size()].size());`,
      },
    });

    expect(apex.run('go')).toEqual(['2B true', 'Ada Admin', '2 true', '2 1']);
  });

  test('a field that was not asked for is an exception, a blank one is null', () => {
    const apex = apexUnderTest({
      snippets: {
        blank: `insert new Account(Name = 'x'); System.debug([SELECT Phone FROM Account LIMIT 1].Phone == null);`,
        missing: `insert new Account(Name = 'x'); System.debug([SELECT Phone FROM Account LIMIT 1].Name);`,
      },
    });

    expect(apex.run('blank')).toEqual(['true']);
    expect(apex.fail('missing')).toContain('retrieved via SOQL without querying the requested field: Account.Name');
  });

  test('dynamic queries see the variables of their method and say what they do not know', () => {
    const apex = apexUnderTest({
      snippets: {
        go: `insert new Account(Name = 'x'); String wanted = 'x';
          System.debug(Database.query('SELECT Id FROM Account WHERE Name = :wanted').size());
          System.debug(Database.countQuery('SELECT COUNT() FROM Account WHERE Name = :wanted'));
          System.debug(Database.queryWithBinds('SELECT Id FROM Account WHERE Name = :name', new Map<String, Object>{ 'name' => 'y' }, AccessLevel.SYSTEM_MODE).size());`,
        unknown: `Database.query('SELECT Id FROM Account WHERE Name = :nobody');`,
        column: `Database.query('SELECT Nothing__c FROM Account');`,
      },
    });

    expect(apex.run('go')).toEqual(['1', '1', '0']);
    expect(apex.fail('unknown')).toBe('System.QueryException: Variable does not exist: nobody');
    expect(apex.fail('column')).toContain("System.QueryException: No such column 'Nothing__c' on entity 'Account'");
  });

  test('formulas are there in a trigger, over the values of the moment', () => {
    const apex = apexUnderTest({
      classes: {
        'T.trigger': `trigger T on Project__c (before insert, after insert) { System.debug(((Project__c) Trigger.new[0]).Left__c); }`,
      },
      snippets: { go: `insert new Project__c(Budget__c = 10, Spent__c = 4);` },
    });

    expect(apex.run('go').map(Number)).toEqual([6, 6]);
  });

  test('custom metadata comes whole by query and cut to 255 characters by getInstance', () => {
    const apex = apexUnderTest({
      snippets: {
        go: `Rule__mdt rule = Rule__mdt.getInstance('Big_Projects');
          System.debug(rule.DeveloperName + ' ' + Rule__mdt.getAll().containsKey('Big_Projects'));
          System.debug(Limits.getQueries());
          System.debug([SELECT DeveloperName FROM Rule__mdt].size() > 0);
          System.debug(Limits.getQueries());`,
      },
    });

    expect(apex.run('go')).toEqual(['Big_Projects true', '0', 'true', '0']);
  });

  test('hierarchy settings merge the levels, and the nearest decides', () => {
    const apex = apexUnderTest({
      snippets: {
        go: `System.debug(ProjectSettings__c.getInstance().IsEnabled__c);
          insert new ProjectSettings__c(SetupOwnerId = UserInfo.getOrganizationId(), IsEnabled__c = true);
          System.debug(ProjectSettings__c.getOrgDefaults().IsEnabled__c + ' ' + ProjectSettings__c.getInstance().IsEnabled__c);`,
      },
    });

    expect(apex.run('go')).toEqual(['false', 'true true']);
  });
});
