import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import jsforce from 'jsforce';
import { USERNAMES } from '../seed-org.ts';
import { type LocalOrg, startOrg } from '../start-org.ts';
import { notificationsOf } from './notification-action.ts';

const CLASSES = {
  'AccountTrigger.trigger': `trigger AccountTrigger on Account (before insert, after insert, before update) {
    if (Trigger.isAfter) {
      insert new Contact(LastName = 'saw ' + Trigger.new.size());
      return;
    }
    for (Account each : Trigger.new) {
      if (each.Name == 'refused') each.addError('not this one');
      each.Site = 'chunk of ' + Trigger.new.size();
    }
  }`,
  'ProjectDoneTrigger.trigger': `trigger ProjectDoneTrigger on ProjectDone__e (after insert) {
    for (ProjectDone__e event : Trigger.new) insert new Account(Name = event.ProjectId__c, Description = event.EventUuid);
  }`,
};
const PURGER = `<PermissionSet><label>Purger</label>
  <userPermissions><enabled>true</enabled><name>BulkApiHardDelete</name></userPermissions></PermissionSet>`;
const PLANNER = `<PermissionSet><label>Planner</label>
  <objectPermissions><object>ProjectDone__e</object><allowCreate>true</allowCreate><allowRead>true</allowRead></objectPermissions>
  <objectPermissions><object>Project__c</object><allowCreate>true</allowCreate><allowRead>true</allowRead>
    <viewAllRecords>true</viewAllRecords></objectPermissions>
  <fieldPermissions><field>Project__c.Budget__c</field><readable>true</readable><editable>false</editable></fieldPermissions>
  </PermissionSet>`;

const folder = mkdtempSync(join(tmpdir(), 'api-and-apex-'));
let org: LocalOrg;
let connection: jsforce.Connection;

beforeAll(async () => {
  writeFileSync(join(folder, 'Late.notiftype-meta.xml'), '<CustomNotificationType/>');
  writeFileSync(join(folder, 'Purger.permissionset-meta.xml'), PURGER);
  writeFileSync(join(folder, 'Planner.permissionset-meta.xml'), PLANNER);
  org = await startOrg({ sources: ['test/org/fixtures', folder], apex: { classes: CLASSES } });
  connection = connect(USERNAMES.sales);
  assign('Planner');
});

afterAll(async () => {
  await org.stop();
  rmSync(folder, { recursive: true });
});

function assign(name: string): void {
  const [set] = org.query(`SELECT Id FROM PermissionSet WHERE Name = '${name}'`);
  org.insert('PermissionSetAssignment', { AssigneeId: org.users.sales, PermissionSetId: String(set?.['Id']) });
}

function connect(username: string): jsforce.Connection {
  return new jsforce.Connection({
    instanceUrl: org.baseUrl,
    accessToken: org.accessToken(username),
    version: '66.0',
  });
}

function load(from: jsforce.Connection, operation: 'insert' | 'hardDelete', input: Record<string, string>[]) {
  return from.bulk2.loadAndWaitForResults({
    object: 'Account',
    operation,
    input,
    pollInterval: 5,
    pollTimeout: 60_000,
  });
}

function names(prefix: string): Record<string, string>[] {
  return Array.from({ length: 250 }, (_, index) => ({ Name: `${prefix} ${index}` }));
}

function sitesOf(prefix: string): Record<string, number> {
  const sites = org.query(`SELECT Site FROM Account WHERE Name LIKE '${prefix}%'`).map(({ Site }) => String(Site));
  return Object.fromEntries([...Map.groupBy(sites, (site) => site)].map(([site, rows]) => [site, rows.length]));
}

describe('triggers', () => {
  test('see the rows of a bulk job in chunks of 200, and may refuse one', async () => {
    const { successfulResults, failedResults } = await load(connection, 'insert', [
      ...names('bulk'),
      { Name: 'refused' },
    ]);

    expect(successfulResults).toHaveLength(250);
    expect(failedResults).toMatchObject([{ sf__Error: 'FIELD_CUSTOM_VALIDATION_EXCEPTION:not this one:--' }]);
    expect(sitesOf('bulk')).toEqual({ 'chunk of 200': 200, 'chunk of 50': 50 });
  });

  test('see the records of a collection together', async () => {
    const known = ['a', 'b'].map((name) => org.insert('Account', { Name: `known ${name}` }));
    const created = names('collection')
      .slice(0, 40)
      .map((record) => ({ attributes: { type: 'Account' }, ...record }));

    const answers = await connection.request<{ success: boolean }[]>({
      method: 'PATCH',
      url: '/composite/sobjects',
      body: JSON.stringify({
        records: known.map((id) => ({ attributes: { type: 'Account' }, id, Phone: '1' })),
      }),
    });
    await connection.request({
      method: 'POST',
      url: '/composite/sobjects',
      body: JSON.stringify({ records: created }),
    });

    expect(answers.map(({ success }) => success)).toEqual([true, true]);
    expect(sitesOf('known')).toEqual({ 'chunk of 2': 2 });
    expect(sitesOf('collection')).toEqual({ 'chunk of 40': 40 });
  });
});

describe('hardDelete', () => {
  test('leaves nothing in the recycle bin, for those who may', async () => {
    const id = org.insert('Account', { Name: 'to be purged' });
    const child = org.insert('Contact', { LastName: 'stays', AccountId: id });
    const read = async (): Promise<number> =>
      (await connection.query(`SELECT Id FROM Account WHERE Id = '${id}'`, { scanAll: true })).totalSize;
    await expect(load(connection, 'hardDelete', [{ Id: id }])).rejects.toMatchObject({
      errorCode: 'FEATURENOTENABLED',
    });
    const before = await read();
    assign('Purger');

    const { successfulResults } = await load(connection, 'hardDelete', [{ Id: id }]);

    expect(successfulResults).toMatchObject([{ sf__Id: id, sf__Created: 'false' }]);
    expect([before, await read()]).toEqual([1, 0]);
    expect(org.query(`SELECT Id FROM Contact WHERE Id = '${child}'`)).toEqual([]);
  });
});

describe('custom notifications', () => {
  const URL = '/actions/standard/customNotificationAction';
  const send = (input: object) =>
    connection.request<object[]>({ method: 'POST', url: URL, body: JSON.stringify({ inputs: [input] }) });
  const notice = (): { customNotifTypeId: string; recipientIds: string[]; title: string; body: string } => ({
    customNotifTypeId: String(
      org.query("SELECT Id FROM CustomNotificationType WHERE DeveloperName = 'Late'")[0]?.['Id'],
    ),
    recipientIds: [org.users.operator],
    title: 'Late order',
    body: 'SO-1 waits.',
  });

  test('sent by REST and by Apex lie where the bell of the user finds them', async () => {
    const targetId = org.insert('Account', { Name: 'Target' });
    const answer = await send({ ...notice(), targetId });
    org.apex?.anonymous(
      `Messaging.CustomNotification notice = new Messaging.CustomNotification();
       notice.setNotificationTypeId('${notice().customNotifTypeId}');
       notice.setTitle('From Apex');
       notice.setBody('body');
       notice.setTargetId('${targetId}');
       notice.send(new Set<String>{ '${org.users.operator}' });`,
      { userId: org.users.admin },
    );

    expect(answer).toEqual([
      {
        actionName: 'customNotificationAction',
        errors: null,
        isSuccess: true,
        outputValues: { SuccessMessage: 'Your custom notification is processed successfully.' },
      },
    ]);
    expect(org.apex && notificationsOf(org.apex.services.store, org.users.operator)).toEqual([
      { title: 'From Apex', body: 'body', targetId },
      { title: 'Late order', body: 'SO-1 waits.', targetId },
    ]);
  });

  test.each([
    ['an unknown type', { customNotifTypeId: '0ML000000000001AAA', targetId: 'x' }],
    ['no title', { title: '', targetId: 'x' }],
    ['no target', {}],
    ['a recipient who is no user', { recipientIds: ['001000000000000AAA'], targetId: 'x' }],
    ['nobody', { recipientIds: [], targetId: 'x' }],
  ])('to %s are refused', async (_what, wrong) => {
    await expect(send({ ...notice(), ...wrong })).rejects.toThrow();
  });
});

describe('publishing events', () => {
  const enqueued = {
    id: expect.stringMatching(/^\w{3}xx0000000001AAA$/),
    success: true,
    errors: [{ statusCode: 'OPERATION_ENQUEUED', message: expect.stringMatching(/^[\da-f-]{36}$/), fields: [] }],
  };

  test('as one record is answered as on its way, and its trigger gets it under the uuid of the answer', async () => {
    const response = await fetch(`${org.baseUrl}/services/data/v66.0/sobjects/ProjectDone__e/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${org.accessToken(USERNAMES.sales)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ProjectId__c: 'single' }),
    });
    const answer = (await response.json()) as { errors: { message: string }[] };
    await org.runDueJobs();

    expect(response.status).toBe(201);
    expect(answer).toEqual(enqueued);
    expect(org.query("SELECT Description FROM Account WHERE Name = 'single'")).toEqual([
      { Description: answer.errors[0]?.message },
    ]);
  });

  test('as a collection, in a composite request and in bulk reaches the trigger too', async () => {
    const event = (name: string) => ({ attributes: { type: 'ProjectDone__e' }, ProjectId__c: name });
    const collection = await connection.request<unknown[]>({
      method: 'POST',
      url: '/composite/sobjects',
      body: JSON.stringify({ records: [event('first of two'), event('second of two')] }),
    });
    const composite = await connection.request<{ compositeResponse: { body: unknown }[] }>({
      method: 'POST',
      url: '/composite',
      body: JSON.stringify({
        compositeRequest: [
          {
            method: 'POST',
            url: '/services/data/v66.0/sobjects/ProjectDone__e',
            referenceId: 'event',
            body: { ProjectId__c: 'composite' },
          },
        ],
      }),
    });
    const bulk = await connection.bulk2.loadAndWaitForResults({
      object: 'ProjectDone__e',
      operation: 'insert',
      input: [{ ProjectId__c: 'bulk event' }],
      pollInterval: 5,
      pollTimeout: 60_000,
    });
    await org.runDueJobs();

    expect(collection).toEqual([enqueued, enqueued]);
    expect(composite.compositeResponse[0]?.body).toEqual(enqueued);
    expect(bulk.successfulResults).toHaveLength(1);
    expect(
      org.query("SELECT Name FROM Account WHERE Name LIKE '%of two' OR Name IN ('composite', 'bulk event')"),
    ).toHaveLength(4);
  });

  test('of an unknown field is refused like that of a record', async () => {
    await expect(connection.sobject('ProjectDone__e').create({ Nope__c: 'x' })).rejects.toMatchObject({
      errorCode: 'INVALID_FIELD',
    });
  });
});

describe('rights of the caller', () => {
  test('let a colleague without permissions see and save nothing of an object', async () => {
    const nobody = connect(USERNAMES.nobody);

    await expect(nobody.query('SELECT Id FROM Project__c')).rejects.toThrow("sObject type 'Project__c'");
    await expect(nobody.sobject('Project__c').create({ State__c: 'Open' })).rejects.toThrow(
      'entity type cannot be inserted',
    );
    await expect(load(nobody, 'insert', [{ Name: 'fine' }])).resolves.toMatchObject({ failedResults: [] });
  });

  test('hide fields that no permission shows, and refuse to write what may only be read', async () => {
    const id = org.insert('Project__c', { Budget__c: '10', Notes__c: 'secret' });
    const save = (values: Record<string, unknown>) => connection.sobject('Project__c').create(values);

    const { records } = await connection.query('SELECT Budget__c FROM Project__c');

    expect(records).toMatchObject([{ Budget__c: 10 }]);
    await expect(connection.query('SELECT Notes__c FROM Project__c')).rejects.toThrow("No such column 'Notes__c'");
    await expect(save({ Notes__c: 'x' })).rejects.toThrow("No such column 'Notes__c'");
    await expect(save({ Budget__c: '1' })).rejects.toThrow('Unable to create/update fields: Budget__c');
    await expect(connection.sobject('Project__c').update({ Id: id, IsBillable__c: true })).rejects.toThrow(
      'insufficient access',
    );
    await expect(connection.sobject('Project__c').destroy(id)).rejects.toThrow('insufficient access');
    expect(org.query('SELECT Budget__c, Notes__c FROM Project__c')).toEqual([{ Budget__c: '10', Notes__c: 'secret' }]);
  });
});
