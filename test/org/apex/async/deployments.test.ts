import { describe, expect, test } from '@jest/globals';
import { apexUnderTest } from '../testing/apex.test-support.ts';

const DEPLOYER = `public class Deployer implements Metadata.DeployCallback {
  public static void deploy(String fullName, String field, Object value) {
    Metadata.CustomMetadata item = new Metadata.CustomMetadata();
    item.fullName = fullName;
    item.label = 'Deployed';
    Metadata.CustomMetadataValue pair = new Metadata.CustomMetadataValue();
    pair.field = field;
    pair.value = value;
    item.values.add(pair);
    Metadata.DeployContainer container = new Metadata.DeployContainer();
    container.addMetadata(item);
    Metadata.Operations.enqueueDeployment(container, new Deployer());
  }
  public void handleResult(Metadata.DeployResult result, Metadata.DeployCallbackContext context) {
    String problem = result.details.componentFailures.isEmpty() ? '' : result.details.componentFailures[0].problem;
    insert new Account(Name = result.status + ' ' + result.success, Description = problem);
  }
}`;

describe('a deployment of custom metadata', () => {
  const apex = apexUnderTest({
    classes: { 'Deployer.cls': DEPLOYER },
    snippets: {
      good: `Deployer.deploy('Rule.Fresh', 'Condition__c', 'x'.repeat(300));`,
      bad: `Deployer.deploy('Rule.Fresh', 'Nothing__c', 'x');`,
      read: `System.debug(Rule__mdt.getInstance('Fresh') == null);`,
      lengths: `System.debug(Rule__mdt.getInstance('Fresh').Condition__c.length() + ' ' + [SELECT Condition__c FROM Rule__mdt WHERE DeveloperName = 'Fresh'].Condition__c.length());`,
    },
  });
  const answers = (): unknown[][] =>
    apex.core.store.db.all('SELECT "Name", "Description" FROM "Account" ORDER BY "Id"').map((row) => [...row]);

  test('is there after the commit, tells its callback, and getInstance cuts what a query gives whole', () => {
    apex.run('good');
    expect(apex.run('read')).toEqual(['true']);

    apex.org.runDueJobs();

    expect(answers()).toEqual([['Succeeded true', null]]);
    expect(apex.run('lengths')).toEqual(['255 300']);
  });

  test('that names what does not exist fails as a whole and says why', () => {
    apex.run('bad');

    apex.org.runDueJobs();

    expect(answers()[1]?.[0]).toBe('Failed false');
    expect(String(answers()[1]?.[1])).toContain('Nothing__c');
  });
});
