import { describe, expect, test } from '@jest/globals';
import { rollUp, settle } from './settlement.ts';

const invoice = (total: string) => ({ total });
const payment = (amount: string, settledOn = '2026-12-01', discount = '0') => ({ amount, discount, settledOn });

describe('settling', () => {
  test('an invoice without settlements is open', () => {
    expect(settle(invoice('100.00'), [])).toEqual({ paid: '0', balance: '100', status: 'Open', paidOn: null });
  });

  test('a part leaves it partially paid', () => {
    expect(settle(invoice('100.00'), [payment('40')])).toEqual({
      paid: '40',
      balance: '60',
      status: 'PartiallyPaid',
      paidOn: null,
    });
  });

  test('the last part pays it on its day, whatever the order', () => {
    const settlements = [payment('60.10', '2026-12-20'), payment('39.90', '2026-12-05')];

    expect(settle(invoice('100.00'), settlements)).toEqual({
      paid: '100',
      balance: '0',
      status: 'Paid',
      paidOn: '2026-12-20',
    });
  });

  test('a cash discount settles, but is not paid', () => {
    expect(settle(invoice('100.00'), [payment('98', '2026-12-01', '2')])).toMatchObject({
      paid: '98',
      balance: '0',
      status: 'Paid',
    });
  });

  test('more than the total is overpaid', () => {
    expect(settle(invoice('100.00'), [payment('100.01')])).toMatchObject({ balance: '-0.01', status: 'Overpaid' });
  });

  test('a payment that was taken back leaves it reversed', () => {
    expect(settle(invoice('100.00'), [payment('100'), payment('-100', '2026-12-09')])).toEqual({
      paid: '0',
      balance: '100',
      status: 'Reversed',
      paidOn: null,
    });
  });

  test('a payment that was taken back in part leaves it partially paid', () => {
    expect(settle(invoice('100.00'), [payment('100'), payment('-30')])).toMatchObject({
      paid: '70',
      status: 'PartiallyPaid',
    });
  });

  test.each([
    [[], 'Open', '-50'],
    [[payment('-20')], 'PartiallyPaid', '-30'],
    [[payment('-50')], 'Paid', '0'],
    [[payment('-60')], 'Overpaid', '10'],
  ])('a credit note is settled below zero: %j is %s', (settlements, status, balance) => {
    expect(settle(invoice('-50.00'), settlements)).toMatchObject({ status, balance });
  });

  test('an invoice over nothing is paid', () => {
    expect(settle(invoice('0.00'), [])).toMatchObject({ status: 'Paid', balance: '0', paidOn: null });
  });

  test('amounts are exact', () => {
    const result = settle(invoice('9007199254740993.55'), [payment('0.10'), payment('0.20')]);

    expect(result).toMatchObject({ paid: '0.3', balance: '9007199254740993.25' });
  });

  test('settling twice gives the same', () => {
    const settlements = [payment('40')];

    expect(settle(invoice('100'), settlements)).toEqual(settle(invoice('100'), settlements));
  });
});

describe('the invoices of one deal', () => {
  const part = (status: string, total = '10', paid = '0') => ({ total, paid, balance: '0', status });

  test('none have no status', () => {
    expect(rollUp([])).toEqual({ invoiced: '0', paid: '0', status: null });
  });

  test('their amounts add up, credit notes taken off', () => {
    expect(rollUp([part('Paid', '100.10', '100.10'), part('Open', '-20.05')])).toEqual({
      invoiced: '80.05',
      paid: '100.1',
      status: 'PartiallyPaid',
    });
  });

  test.each([
    [['Open', 'Open'], 'Open'],
    [['Open', 'Reversed'], 'Open'],
    [['Paid', 'Open'], 'PartiallyPaid'],
    [['PartiallyPaid'], 'PartiallyPaid'],
    [['Overpaid', 'Open'], 'PartiallyPaid'],
    [['Paid', 'Paid'], 'Paid'],
    [['Paid', 'Overpaid'], 'Overpaid'],
  ])('%j are %s', (statuses, expected) => {
    expect(rollUp(statuses.map((status) => part(status))).status).toBe(expected);
  });
});
