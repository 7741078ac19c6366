import { describe, expect, test } from '@jest/globals';
import { openCore } from '../../open-core.ts';
import { createApexOrg } from '../execution/apex-org.ts';
import { runTestClass, testClasses } from '../testing/run-tests.ts';
import { createSnippets, compileErrors, statementErrors } from './testing/snippets.ts';

describe('compile errors', () => {
  test.each([
    ['Nope n;', '2:1 Invalid type: Nope'],
    ['Integer i = Nope.of(1);', '2:13 Variable does not exist: Nope'],
    ["Integer i = 'x';", '2:13 Illegal assignment from String to Integer'],
    ['String s = ConnectApi.Chatter.read();', '2:12 Variable does not exist: ConnectApi'],
    ["'x'.nope();", '2:1 Method does not exist or incorrect signature: void nope() from the type String'],
    ['new Account().Nope__c = 1;', '2:1 Variable does not exist: Nope__c'],
    ['return; Integer i;', '2:9 Unreachable statement'],
    ['Integer i; Integer I;', '2:20 Duplicate variable: I'],
    ['Set<Object> s = new Set<String>();', '2:17 Illegal assignment from Set<String> to Set<Object>'],
  ])('%s is refused where it stands', (statement, expected) => expect(statementErrors(statement)).toContain(expected));

  test('a query is checked against the schema', () =>
    expect(statementErrors('List<Account> l = [SELECT Nope__c FROM Account];')[0]).toMatch(
      /^2:20 No such column 'Nope__c'/,
    ));

  test('a compile names every error of every file, not the first', () =>
    expect(
      compileErrors('public class A { Nope a; void run() { x = 1; y = 2; } }', 'public class B extends Missing {}'),
    ).toEqual([
      '1:18 Invalid type: Nope',
      '1:39 Variable does not exist: x',
      '1:46 Variable does not exist: y',
      '1:24 Invalid type: Missing',
    ]));

  test('classes are held to their superclass and interfaces', () =>
    expect(
      compileErrors(
        'public virtual class Base { public virtual void run() {} public void fixed() {} }',
        'public class Child extends Base { public void run() {} }',
        'public class Bad implements Comparable {}',
        'public interface Shape { Integer area(); }',
        'public class Square implements Shape { public String area() { return null; } }',
      ),
    ).toEqual([
      expect.stringContaining('Method must use the override keyword: void run()'),
      expect.stringContaining('Class Bad must implement the method: Integer System.Comparable.compareTo(Object)'),
      expect.stringContaining('Return type of String area() must be Integer'),
    ]));
});

describe('an org that keeps going', () => {
  const classes = {
    'Broken.cls':
      'public class Broken { public static Integer bad() { return Missing.number(); } public static Integer good() { return 1; } }',
    'Syntax.cls': 'public class Syntax { void }',
    'BrokenTest.cls': `@IsTest private class BrokenTest {
      @IsTest static void usesWhatCompiles() { System.assertEquals(1, Broken.good()); }
      @IsTest static void reachesWhatDoesNot() { try { Broken.bad(); } catch (Exception e) { System.debug('hidden'); } }
    }`,
  };
  const open = (keepsGoing: boolean) =>
    createApexOrg(openCore({ sources: [], multiCurrency: false }), { sources: [], classes, keepsGoing });

  test('lists what is wrong and runs the rest; a line that did not compile fails and cannot be caught', () => {
    const org = open(true);
    const [record] = testClasses(org, { className: null, method: null });

    const results = record ? runTestClass(org, record, { className: null, method: null }) : [];

    expect(org.compileErrors.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'Broken.cls Variable does not exist: Missing',
      expect.stringMatching(/^Syntax\.cls /),
    ]);
    expect(results.map(({ method, failure }) => [method, failure?.message ?? null])).toEqual([
      ['usesWhatCompiles', null],
      ['reachesWhatDoesNot', expect.stringContaining('Broken.cls:1:60 Variable does not exist: Missing')],
    ]);
  });

  test('is not what an org is unless it is told to be', () => expect(() => open(false)).toThrow(/Syntax\.cls:1/));
});

test('anonymous code that does not compile is refused', () =>
  expect(() => createSnippets().run('Integer i = nope;')).toThrow('anonymous.apex:1:13 Variable does not exist: nope'));
