import { describe, expect, test } from '@jest/globals';
import type { Value } from '../dynamics/connector.ts';
import { RelayError } from '../errors.ts';
import { compileFormula, type FormulaKind } from './formula.ts';
import { aLookup, anObject, aSalesforceField, describing } from '../../../test/support/mapping-builders.ts';

const user = anObject('User', [aSalesforceField('Email')]);
const account = anObject('Account', [aSalesforceField('Name'), aLookup('User', 'Owner')]);
const deal = anObject('Opportunity', [
  aSalesforceField('Name'),
  aSalesforceField('Note'),
  aSalesforceField('Amount', 'number'),
  aSalesforceField('Rate', 'number'),
  aSalesforceField('Discount', 'number', { isPercent: true }),
  aSalesforceField('CloseDate', 'date'),
  aSalesforceField('CreatedDate', 'datetime'),
  aSalesforceField('IsWon', 'boolean'),
  aSalesforceField('StageName', 'picklist'),
  aLookup('Account'),
  aLookup('Campaign'),
]);
const descriptions = describing([user, account, deal]);

function compile(source: string, returns: FormulaKind = 'any') {
  return compileFormula(source, returns, deal, descriptions);
}

function answer(source: string, fields: Record<string, Value> = {}, returns: FormulaKind = 'any'): Value {
  return compile(source, returns).evaluate(fields);
}

function compileError(source: string, returns: FormulaKind = 'any'): RelayError {
  try {
    compile(source, returns);
  } catch (error) {
    if (error instanceof RelayError) return error;
  }
  throw new Error(`${source} compiled`);
}

function failure(source: string, fields: Record<string, Value> = {}): RelayError {
  const formula = compile(source);
  try {
    formula.evaluate(fields);
  } catch (error) {
    if (error instanceof RelayError) return error;
  }
  throw new Error(`${source} has an answer`);
}

describe('numbers are exact', () => {
  test.each<[string, Record<string, Value>, string]>([
    ['Amount', { Amount: '9007199254740993.55' }, '9007199254740993.55'],
    ['Amount * 1', { Amount: '9007199254740993.55' }, '9007199254740993.55'],
    ['Amount * 0.1', { Amount: '9007199254740993.55' }, '900719925474099.355'],
    ['9007199254740993.55 + 0', {}, '9007199254740993.55'],
    ['VALUE(Note) * 2', { Note: '9007199254740993.55' }, '18014398509481987.1'],
    ['FLOOR(Amount)', { Amount: '12345678901234567890.9' }, '12345678901234567890'],
    ['Amount * Rate', { Amount: '123456789012345678901234567890.12', Rate: '1' }, '123456789012345678901234567890.12'],
    ['Amount', { Amount: '0.0000000001' }, '0.0000000001'],
    ['Amount', { Amount: '-0.00' }, '0'],
    ['ROUND(Amount, 2)', { Amount: '1.005' }, '1.01'],
    ['-Amount', { Amount: '5' }, '-5'],
    ['MAX(Amount, Rate)', { Amount: '10', Rate: '9' }, '10'],
    ['MOD(Amount, Rate)', { Amount: '5', Rate: '3' }, '2'],
    ['Amount / Rate', { Amount: '10', Rate: '4' }, '2.5'],
    ['Amount ^ 2', { Amount: '1.1' }, '1.21'],
    ['SQRT(Amount)', { Amount: '16' }, '4'],
  ])('%s of %j is %s', (source, fields, expected) => {
    expect(answer(source, fields)).toBe(expected);
  });

  test('a number compares by value, not by its digits', () => {
    expect(answer('Amount = 1', { Amount: '1.00' })).toBe(true);
    expect(answer('Amount > Rate', { Amount: '10', Rate: '9' })).toBe(true);
    expect(answer('Amount = 0.1 + 0.2', { Amount: '0.3' })).toBe(true);
    expect(answer('CASE(Amount, 1, "one", 2, "two", "many")', { Amount: '2.0' })).toBe('two');
  });

  test('a percentage is a fraction, as in Salesforce', () => {
    expect(answer('Discount', { Discount: '12.5' })).toBe('0.125');
    expect(answer('Amount * (1 - Discount)', { Amount: '200', Discount: '10' })).toBe('180');
  });

  test('TEXT writes numbers as Salesforce does', () => {
    expect(answer('TEXT(Amount)', { Amount: '0.50' })).toBe('.5');
    expect(answer('TEXT(Amount)', { Amount: '-0.5' })).toBe('-.5');
    expect(answer('TEXT(Amount)', { Amount: '0.0000000001' })).toBe('.0000000001');
    expect(answer('TEXT(Amount)', { Amount: '1000' })).toBe('1000');
  });
});

describe('blank stays blank', () => {
  test.each<[string, Value]>([
    ['Amount + 1', null],
    ['Amount / Rate', null],
    ['MOD(Amount, Rate)', null],
    ['BLANKVALUE(Amount, 0) + 1', '1'],
    ['ISBLANK(Amount)', true],
    ['Amount > 5', false],
    ['Name & Note', null],
    ['"x" & Note', 'x'],
    ['IF(IsWon, "Yes", "No")', 'No'],
    ['ISPICKVAL(StageName, "Closed Won")', false],
    ['CloseDate + 1', null],
    ['VALUE(Note)', null],
    ['DATEVALUE(CreatedDate)', null],
    ['SQRT(Amount)', null],
  ])('%s is %j', (source, expected) => {
    const blank = { Amount: null, Rate: null, Name: null, Note: null, IsWon: null, StageName: null };

    const value = compile(source, source === 'Amount > 5' ? 'boolean' : 'any').evaluate({
      ...blank,
      CloseDate: null,
      CreatedDate: null,
    });

    expect(value).toBe(expected);
  });
});

describe('what has no answer fails and says why', () => {
  test.each<[string, Record<string, Value>, string]>([
    ['Amount / Rate', { Amount: '1', Rate: '0' }, 'it divides by zero'],
    ['1 / 0', {}, 'it divides by zero'],
    ['MOD(Amount, 0)', { Amount: '1' }, 'MOD divides by zero'],
    ['SQRT(Amount)', { Amount: '-1' }, 'SQRT needs a number that is not negative'],
    ['LN(Amount)', { Amount: '0' }, 'LN needs a number above zero'],
    ['LOG(Amount)', { Amount: '-1' }, 'LOG needs a number above zero'],
    ['Amount ^ 0.5', { Amount: '2' }, 'the power has no exact answer'],
    ['Amount ^ -1', { Amount: '0' }, 'the power has no exact answer'],
    ['VALUE(Note)', { Note: 'abc' }, 'a text that it reads as a number is none'],
    ['VALUE(Note)', { Note: '0x10' }, 'a text that it reads as a number is none'],
    ['DATE(2026, 2, 30)', {}, 'DATE names a day that does not exist'],
    ['DATEVALUE(Note)', { Note: '30.02.2026' }, 'DATEVALUE reads a text that is no date'],
    ['DATETIMEVALUE(Note)', { Note: 'soon' }, 'DATETIMEVALUE reads a text that is no date and time'],
    ['Amount', { Amount: 'many' }, 'a text that it reads as a number is none'],
    ['Name', {}, 'the record came without Name'],
  ])('%s of %j: %s', (source, fields, reason) => {
    const error = failure(source, fields);

    expect(error.code).toBe('FORMULA_FAILED');
    expect(error.message).toBe(`The formula ${source} could not be evaluated: ${reason}.`);
  });

  test('a message holds no value of the record', () => {
    const error = failure('VALUE(Note)', { Note: 'secret-note' });

    expect(error.message).not.toContain('secret-note');
  });
});

describe('only the chosen branch is evaluated', () => {
  test.each<[string, Value]>([
    ['IF(Rate = 0, 0, Amount / Rate)', '0'],
    ['AND(Rate <> 0, Amount / Rate > 2)', false],
    ['Rate <> 0 && Amount / Rate > 2', false],
    ['OR(Rate = 0, Amount / Rate > 2)', true],
    ['Rate = 0 || Amount / Rate > 2', true],
    ['CASE(Rate, 0, 7, Amount / Rate)', '7'],
  ])('%s is %j where Rate is zero', (source, expected) => {
    expect(answer(source, { Amount: '1', Rate: '0' })).toBe(expected);
  });

  test('a guard that lets through lets the failure through', () => {
    expect(failure('IF(Amount = 1, Amount / Rate, 0)', { Amount: '1', Rate: '0' }).code).toBe('FORMULA_FAILED');
  });

  test('AND and OR with many arguments answer like their pairs', () => {
    expect(answer('AND(TRUE, TRUE, IsWon)', { IsWon: true })).toBe(true);
    expect(answer('AND(TRUE, FALSE, IsWon)', { IsWon: true })).toBe(false);
    expect(answer('OR(FALSE, FALSE, IsWon)', { IsWon: true })).toBe(true);
    expect(answer('OR(FALSE, FALSE, IsWon)', { IsWon: false })).toBe(false);
  });
});

describe('dates know no time zone', () => {
  test.each<[string, Record<string, Value>, Value]>([
    ['CloseDate + 1', { CloseDate: '2026-10-25' }, '2026-10-26'],
    ['CloseDate - 1', { CloseDate: '2026-03-01' }, '2026-02-28'],
    ['CloseDate - DATE(2026, 3, 28)', { CloseDate: '2026-03-30' }, '2'],
    ['ADDMONTHS(CloseDate, 1)', { CloseDate: '2026-01-31' }, '2026-02-28'],
    ['YEAR(CloseDate)', { CloseDate: '2026-12-31' }, '2026'],
    ['TEXT(CloseDate)', { CloseDate: '2026-12-31' }, '2026-12-31'],
    ['DATEVALUE(CreatedDate)', { CreatedDate: '2026-01-31T23:59:59Z' }, '2026-01-31'],
    ['DATEVALUE(Note)', { Note: '2026-01-31' }, '2026-01-31'],
    ['CreatedDate', { CreatedDate: '2026-01-31T10:00:00.000Z' }, '2026-01-31T10:00:00Z'],
    ['CreatedDate + 0.5', { CreatedDate: '2026-01-31T10:00:00Z' }, '2026-01-31T22:00:00Z'],
  ])('%s of %j is %s', (source, fields, expected) => {
    expect(answer(source, fields)).toBe(expected);
  });
});

describe('compiling', () => {
  test('names the fields that are read, parents by their path', () => {
    expect(compile('Account.Owner.Email & Name & Account.Name').reads.toSorted()).toEqual([
      'Account.Name',
      'Account.Owner.Email',
      'Name',
    ]);
  });

  test('reads parents by their path', () => {
    expect(answer('Account.Owner.Email & "!"', { 'Account.Owner.Email': 'a@b.c' })).toBe('a@b.c!');
    expect(answer('Account.Name', { 'Account.Name': null })).toBeNull();
  });

  test.each([
    ['Name + 1', "expected a 'string' type value, but 'number' type found"],
    ['Nothing__c', 'type information is not found: Nothing__c'],
    ['Account.Nothing__c', 'property Nothing__c is not found in object'],
    ['Campaign.Name', 'property Name is not found in object'],
    ['StageName = "x"', "but 'picklist' type found"],
    ['REGEX(Name, "a")', 'type information is not found: REGEX'],
    ['text(Amount)', 'type information is not found: text (write TEXT)'],
    ['closedate', 'type information is not found: closedate (write CloseDate)'],
    ['IF(', 'but end of input found'],
    ['TODAY() + 1', 'TODAY() gives another answer each day'],
    ['IF(IsWon, NOW(), CreatedDate)', 'NOW() gives another answer each day'],
    ['constructor', 'Opportunity has no field constructor'],
    ['__proto__', 'Opportunity has no field __proto__'],
  ])('refuses %s: %s', (source, words) => {
    const error = compileError(source);

    expect(error.code).toBe('CONFIGURATION_INVALID');
    expect(error.message).toContain(words);
  });

  test('refuses a formula of the wrong kind', () => {
    expect(compileError('Amount', 'boolean').message).toBe('the formula gives a number where true or false is wanted');
    expect(compileError('Name', 'date').message).toBe('the formula gives text where a date is wanted');
    expect(compileError('IsWon', 'text').message).toBe('the formula gives true or false where text is wanted');
  });

  test('the same fields give the same answer however often it is asked', () => {
    const formula = compile('Amount * 2');

    const answers = [
      formula.evaluate({ Amount: '2' }),
      formula.evaluate({ Amount: '3' }),
      formula.evaluate({ Amount: '2' }),
    ];

    expect(answers).toEqual(['4', '6', '4']);
  });
});
