import { describe, expect, it } from '@jest/globals';
import { cleanText, readErrors, toCallError, toRecordFault } from './faults.ts';
import { memberNames } from './package-names.ts';

const INSTALLED = memberNames('causeway__', ['causeway__PaidOn__c']);

const anError = (message: string, code = 'SOME_CODE', fields: string[] = []) => ({ code, message, fields });

describe('readErrors', () => {
  it('reads the shapes of REST and of the collections', () => {
    expect(
      readErrors([
        { errorCode: 'A', message: 'a' },
        { statusCode: 'B', message: 'b', fields: ['F__c'] },
      ]),
    ).toEqual([
      { code: 'A', message: 'a', fields: [] },
      { code: 'B', message: 'b', fields: ['F__c'] },
    ]);
  });

  it('reads the one error of our own endpoints, and tells it from Salesforce’s of the same name', () => {
    const ours = { code: 'NOT_FOUND', message: 'a', retryable: false, retryAfterMs: null, correlationId: 'c' };

    expect(readErrors(ours)).toEqual([{ code: 'NOT_FOUND', message: 'a', fields: [], ours: 'NOT_FOUND' }]);
    expect(readErrors([{ errorCode: 'NOT_FOUND', message: 'a' }])).toEqual([anError('a', 'NOT_FOUND')]);
  });

  it.each([null, {}, 'html', { code: 'busy' }, { code: 'toString' }])('reads nothing from %p', (body) => {
    expect(readErrors(body)).toEqual([]);
  });
});

describe('cleanText', () => {
  it('leaves the value out that was too long', () => {
    const text = cleanText(anError('Name: data value too large: planted-value (max length=80)', 'STRING_TOO_LONG'));

    expect(text).toBe('Name: longer than 80 characters (STRING_TOO_LONG)');
  });

  it.each([
    ['Status: bad value for restricted picklist field', 'planted'],
    ['Amount: value outside of valid range on numeric field', '123456789012345'],
    ['Email: invalid email address', 'planted\n@example'],
  ])('leaves the value out that follows “%s”', (words, value) => {
    expect(cleanText(anError(`${words}: ${value}`))).toBe(`${words} (SOME_CODE)`);
  });

  it('leaves the Apex stack out', () => {
    const text = cleanText(
      anError(
        'AccountTrigger: execution of BeforeUpdate caused by: No owner\n\nClass.Accounts.check: line 7, column 1',
      ),
    );

    expect(text).toBe('AccountTrigger: execution of BeforeUpdate caused by: No owner (SOME_CODE)');
  });

  it('is one line of bounded length without HTML', () => {
    const text = cleanText(anError(`Ask <a href="https://example.com">finance</a>\nfirst ${'x'.repeat(400)}`));

    expect(text).toMatch(/^Ask finance first x+… \(SOME_CODE\)$/);
    expect(text.length).toBeLessThan(275);
  });
});

describe('toRecordFault', () => {
  it('names the field and the record', () => {
    expect(
      toRecordFault(
        [anError('Needs a date', 'FIELD_CUSTOM_VALIDATION_EXCEPTION', ['causeway__PaidOn__c'])],
        'Account 001',
        INSTALLED,
      ),
    ).toEqual({
      code: 'SALESFORCE_REFUSED',
      field: 'PaidOn__c',
      message: 'Salesforce refused Account 001: Needs a date (FIELD_CUSTOM_VALIDATION_EXCEPTION)',
      retryAfterMs: null,
    });
  });

  it.each([
    ['UNABLE_TO_LOCK_ROW', 'SALESFORCE_ROW_LOCKED'],
    ['INSUFFICIENT_ACCESS_OR_READONLY', 'PERMISSION_MISSING'],
    ['ENTITY_IS_DELETED', 'SALESFORCE_RECORD_GONE'],
    ['DUPLICATE_VALUE', 'SALESFORCE_REFUSED'],
  ])('translates %s to %s', (salesforce, code) => {
    expect(toRecordFault([anError('text', salesforce)], 'Account 001', INSTALLED).code).toBe(code);
  });
});

describe('toCallError', () => {
  it('tells the daily limit from too many calls at once', () => {
    const daily = toCallError([anError('TotalRequests Limit exceeded.', 'REQUEST_LIMIT_EXCEEDED')], 'run a query');
    const concurrent = toCallError(
      [anError('ConcurrentRequests limit exceeded', 'REQUEST_LIMIT_EXCEEDED')],
      'run a query',
    );

    expect(daily).toMatchObject({ code: 'SALESFORCE_LIMIT', retryAfterMs: 900_000 });
    expect(concurrent).toMatchObject({ code: 'SALESFORCE_LIMIT', retryAfterMs: 10_000 });
  });

  it('keeps the code and the words of the package', () => {
    const error = toCallError([{ ...anError('Not you', 'PERMISSION_MISSING'), ours: 'PERMISSION_MISSING' }], 'write X');

    expect(error).toMatchObject({
      code: 'PERMISSION_MISSING',
      message: 'Salesforce refused to write X: Not you (PERMISSION_MISSING)',
    });
  });

  it('keeps the text of what it does not know for the log', () => {
    const error = toCallError([anError('planted text', 'MALFORMED_QUERY')], 'run a query');

    expect(error.code).toBe('UNEXPECTED');
    expect(error.message).not.toContain('planted');
  });
});
