import { describe, expect, it } from '@jest/globals';
import { classifyInfolog } from './infolog.ts';

const infolog = (lines: string): string =>
  `Write failed for table row of type 'CustCustomerV3Entity'. Infolog: ${lines}.`;

describe('classifyInfolog', () => {
  it('names the field that X++ names and keeps only what a person can use', () => {
    const text = infolog(
      "Warning: The value 'Local' in field 'Customer group' is not found in the related table 'Customer groups'.; Warning: validateField failed on field 'CustCustomerV3Entity.CustomerGroupId'.",
    );

    expect(classifyInfolog(text, [])).toEqual({
      code: 'DYNAMICS_VALUE_NOT_FOUND',
      field: 'CustomerGroupId',
      message: "The value 'Local' in field 'Customer group' is not found in the related table 'Customer groups'.",
      retryAfterMs: null,
    });
  });

  it('finds the field by its label where X++ names none', () => {
    const text = infolog("Warning: Field 'Customer group' must be filled in.");

    expect(classifyInfolog(text, ['OrganizationName', 'CustomerGroupId'])).toMatchObject({
      code: 'DYNAMICS_VALUE_MISSING',
      field: 'CustomerGroupId',
    });
  });

  it.each([
    [
      'Error: Inventory dimension Site is mandatory and must consequently be specified.; Error: Update has been canceled.',
      'DYNAMICS_VALUE_MISSING',
    ],
    [
      'Error: Cannot create a record in Customer groups (CustGroup). Customer group: 10.\nThe record already exists.',
      'DYNAMICS_DUPLICATE',
    ],
    [
      'Error: An update conflict occurred due to another user process deleting the record or changing one or more fields.',
      'DYNAMICS_UPDATE_CONFLICT',
    ],
    [
      "Error: The party 'P-1' already exists as prospect 'C-2'; the customer account must be the same as the prospect",
      'PARTY_CLASH',
    ],
    ["Error: The party is already customer 'US-001' in company 'usmf'", 'PARTY_CLASH'],
    [
      "Warning: The number X-1 cannot be used: number sequence 'Cust_1' of company 'usmf' does not allow manual numbers",
      'DYNAMICS_NUMBER_REFUSED',
    ],
    [
      "Error: The fiscal period for date 2024-01-31 in company 'usmf' is closed; posting is not allowed",
      'PERIOD_CLOSED',
    ],
    ['Error: Journal 000123 is posted and cannot be changed', 'DOCUMENT_POSTED'],
    ['Error: Sales order 000123 has status Invoiced and cannot be changed', 'DOCUMENT_POSTED'],
    ['Error: Sales order 000123 has status Canceled and cannot be changed', 'DYNAMICS_REFUSED'],
    ['Error: Customers cannot be deleted while dependent Sales orders exist.', 'DELETE_BLOCKED'],
    ['Error: Customer account US-005 is on hold and cannot be used on this document', 'CUSTOMER_ON_HOLD'],
    ["Error: Item 'D0001' is blocked for 'Sales order'.", 'DYNAMICS_REFUSED'],
    ["Warning: The dimension value '1-2' has 2 segments; the active format 'A-B-C' has 3.", 'DIMENSION_INVALID'],
    [
      "Warning: The value 'XXX' in field 'Currency' is not found in the related table 'Currencies'.",
      'CURRENCY_UNKNOWN',
    ],
    ["Warning: The value in field 'Name' is 120 characters long; the field holds 100.", 'VALUE_TOO_LONG'],
    ['Error: Something that nobody has seen before.', 'DYNAMICS_REFUSED'],
  ])('reads "%s" as %s', (lines, code) => {
    expect(classifyInfolog(infolog(lines), [])?.code).toBe(code);
  });

  it('is not led astray by words inside values', () => {
    const text = infolog(
      "Warning: The value 'already posted, period closed' in field 'Terms' is not found in the related table 'Payment terms'.",
    );

    expect(classifyInfolog(text, [])?.code).toBe('DYNAMICS_VALUE_NOT_FOUND');
  });

  it.each([
    [
      "The property 'Nope' does not exist on type 'Microsoft.Dynamics.DataEntities.CustomerV3'.",
      'FIELD_UNKNOWN',
      'Nope',
    ],
    [
      "The query specified in the URI is not valid. Could not find a property named 'Nope' on type 'X'.",
      'FIELD_UNKNOWN',
      'Nope',
    ],
    ['Cannot convert the literal to the expected type Edm.Decimal.', 'VALUE_WRONG_TYPE', null],
  ])('reads the protocol text "%s"', (text, code, field) => {
    expect(classifyInfolog(text, [])).toMatchObject({ code, field });
  });

  it('passes no stack trace on', () => {
    const text = infolog(
      'Error: Bad thing.\r\n   at Microsoft.Dynamics.Ax.Xpp.Throw(String message)\r\n   at Foo.Bar()',
    );

    expect(classifyInfolog(text, [])?.message).toBe('Bad thing.');
  });

  it('says so where Dynamics gives no reason', () => {
    expect(classifyInfolog(infolog('Error: Update has been canceled.'), [])).toMatchObject({
      code: 'DYNAMICS_REFUSED',
      message: 'Dynamics refused the record without a reason.',
    });
  });

  it('keeps a message short however long the Infolog is', () => {
    expect(classifyInfolog(infolog(`Error: ${'x'.repeat(5000)}`), [])?.message.length).toBeLessThanOrEqual(500);
  });
});
