import { describe, expect, test } from '@jest/globals';
import { apexUnderTest } from './apex.test-support.ts';
import { measureCoverage } from './coverage.ts';
import { parseFilter, unknownTest } from './run-tests.ts';

const CLASSES = {
  'Calc.cls': `public class Calc {
    public static Integer twice(Integer n) {
      if (n < 0) {
        return 0;
      }
      return n * 2;
    }
  }`,
  'Caller.cls': `public class Caller implements Queueable, Database.AllowsCallouts {
    public static Boolean isDone = false;
    public static Integer call() {
      HttpRequest request = new HttpRequest();
      request.setEndpoint('callout:Relay/x');
      return new Http().send(request).getStatusCode();
    }
    public void execute(QueueableContext context) { isDone = call() == 201; }
  }`,
  'CalcTest.cls': `@IsTest private class CalcTest implements HttpCalloutMock {
    public HttpResponse respond(HttpRequest request) { HttpResponse r = new HttpResponse(); r.setStatusCode(201); return r; }
    @TestSetup static void prepare() { insert new Account(Name = 'from setup'); }
    @IsTest static void seesSetupAndNothingElse() {
      Assert.areEqual(1, [SELECT COUNT() FROM Account]);
      insert new Account(Name = 'mine');
      Assert.areEqual(4, Calc.twice(2));
    }
    @IsTest static void isIsolated() { Assert.areEqual(1, [SELECT COUNT() FROM Account]); }
    @IsTest static void fails() { Assert.areEqual(5, Calc.twice(2), 'wrong'); }
    @IsTest static void hasFreshLimits() {
      Integer n = [SELECT COUNT() FROM Account];
      Test.startTest();
      Assert.areEqual(0, Limits.getQueries());
      Test.stopTest();
      Assert.areEqual(1, Limits.getQueries());
    }
    @IsTest static void runsJobsAtStopTest() {
      insert new Account(Name = 'before');
      Test.setMock(HttpCalloutMock.class, new CalcTest());
      Test.startTest();
      System.enqueueJob(new Caller());
      Assert.isFalse(Caller.isDone);
      Test.stopTest();
      Assert.isTrue(Caller.isDone);
    }
    @IsTest static void refusesCalloutAfterDml() {
      Test.setMock(HttpCalloutMock.class, new CalcTest());
      insert new Account(Name = 'uncommitted');
      try { Caller.call(); Assert.fail('called'); } catch (CalloutException e) { Assert.isTrue(e.getMessage().startsWith('You have uncommitted work pending'), e.getMessage()); }
      Test.startTest();
      Assert.areEqual(201, Caller.call());
      Test.stopTest();
    }
    @IsTest static void needsAMock() { Caller.call(); }
    @IsTest static void runsAsAnother() {
      User sales = [SELECT Id FROM User WHERE Username = 'sales@causeway.example'];
      System.runAs(sales) { Assert.areEqual(sales.Id, UserInfo.getUserId()); }
      Assert.areNotEqual(sales.Id, UserInfo.getUserId());
    }
  }`,
};

describe('the test runner', () => {
  const apex = apexUnderTest({ classes: CLASSES });
  const results = new Map(apex.runTests('CalcTest').map((result) => [result.method, result]));

  test.each([
    'seesSetupAndNothingElse',
    'isIsolated',
    'hasFreshLimits',
    'runsJobsAtStopTest',
    'refusesCalloutAfterDml',
    'runsAsAnother',
  ])('%s passes', (method) => {
    expect(results.get(method)?.failure).toBeNull();
  });

  test('a failure says what was expected, and where', () => {
    expect(results.get('fails')?.failure?.message).toContain('wrong');
    expect(results.get('fails')?.failure?.stack).toContain('Class.CalcTest.fails: line 10');
    expect(results.get('needsAMock')?.failure?.message).toContain('do not support Web service callouts');
  });

  test('nothing stays, and what ran is known by line', () => {
    expect(apex.core.store.db.all('SELECT * FROM "Account"')).toEqual([]);
    const coverage = measureCoverage(apex.org.program).find(({ name }) => name === 'Calc');
    expect(coverage?.lines).toEqual([3, 4, 6]);
    expect(coverage?.hits).toEqual([3, 6]);
    expect(measureCoverage(apex.org.program).map(({ name }) => name)).not.toContain('CalcTest');
  });

  test('a class or method that is no test is named, with those there are', () => {
    const unknown = (filter: string): string | null => unknownTest(apex.org, parseFilter(filter));

    expect(unknown('Nothing')).toBe('There is no test class Nothing.');
    expect(unknown('Calc')).toBe('There is no test class Calc.');
    expect(unknown('CalcTest.nothing')).toContain(
      'CalcTest has no test method nothing; it has seesSetupAndNothingElse,',
    );
    expect(unknown('calctest.FAILS')).toBeNull();
    expect(unknown('')).toBeNull();
  });

  test('what @TestSetup enqueues is done before the tests', () => {
    const prepared = apexUnderTest({
      classes: {
        'Job.cls': `public class Job implements Queueable { public void execute(QueueableContext c) { insert new Account(Name = 'job'); } }`,
        'SetupTest.cls': `@IsTest private class SetupTest {
          @TestSetup static void prepare() { System.enqueueJob(new Job()); }
          @IsTest static void seesIt() { Assert.areEqual('job', [SELECT Name FROM Account].Name); }
        }`,
      },
    });

    expect(prepared.runTests('').map(({ failure }) => failure)).toEqual([null]);
  });

  test('runs twice with the same results', () => {
    const again = new Map(apex.runTests('CalcTest').map((result) => [result.method, result.failure]));

    expect(again).toEqual(new Map([...results].map(([method, { failure }]) => [method, failure])));
  });

  test('SeeAllData sees all there is in an org without data', () => {
    const seeing = apexUnderTest({
      classes: {
        'All.cls': `@IsTest(SeeAllData=true) private class All {
          @IsTest static void seesTheSeeds() { Assert.areEqual(1, [SELECT COUNT() FROM Pricebook2 WHERE IsStandard = TRUE]); }
        }`,
      },
    });

    expect(seeing.runTests('').map(({ failure }) => failure)).toEqual([null]);
  });
});
