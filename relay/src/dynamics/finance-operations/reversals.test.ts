import { describe, expect, it } from '@jest/globals';
import { Decimal } from 'decimal.js';
import { type PaymentLine, reversedPayments } from './reversals.ts';

function aLine(id: string, amount: string, more: Partial<PaymentLine> = {}): PaymentLine {
  return {
    id,
    amount: new Decimal(amount),
    currency: 'USD',
    paidOn: '2026-11-20',
    reference: '',
    settles: new Map(),
    ...more,
  };
}

const settling = (invoice: string, amount: string) => ({ settles: new Map([[invoice, new Decimal(amount)]]) });

describe('reversedPayments', () => {
  it('takes a payment of the same amount whose settlements are gone', () => {
    expect([...reversedPayments([aLine('paid', '100.10'), aLine('back', '-100.1')])]).toEqual(['paid']);
  });

  it('takes a payment whose settlements the reversing line settles back', () => {
    const lines = [aLine('paid', '100', settling('A', '100')), aLine('back', '-100', settling('A', '-100'))];

    expect([...reversedPayments(lines)]).toEqual(['paid']);
  });

  it.each([
    ['settles its invoice as before', aLine('paid', '100', settling('A', '100')), aLine('back', '-100')],
    ['was followed by a refund of a credit note', aLine('paid', '100'), aLine('back', '-100', settling('CN', '-100'))],
    ['was of another currency', aLine('paid', '100'), aLine('back', '-100', { currency: 'EUR' })],
    ['came after the money went back', aLine('paid', '100', { paidOn: '2026-11-21' }), aLine('back', '-100')],
    ['was taken back in part', aLine('paid', '100', { reference: 'R' }), aLine('back', '-40', { reference: 'R' })],
  ])('leaves a payment that %s', (_, paid, back) => {
    expect([...reversedPayments([paid, back])]).toEqual([]);
  });

  it('takes one payment for one reversal: the one of the same reference, else the newest', () => {
    const older = aLine('older', '100', { paidOn: '2026-11-18', reference: 'SO-1' });
    const newer = aLine('newer', '100', { paidOn: '2026-11-19', reference: 'SO-2' });

    expect([...reversedPayments([older, newer, aLine('back', '-100', { reference: 'SO-1' })])]).toEqual(['older']);
    expect([...reversedPayments([older, newer, aLine('back', '-100')])]).toEqual(['newer']);
  });

  it('takes a payment that went back in parts, once all of it has', () => {
    const paid = aLine('paid', '100', { reference: 'R', ...settling('A', '60') });
    const first = aLine('first', '-40', { reference: 'R' });
    const second = aLine('second', '-60', { reference: 'R', ...settling('A', '-60') });

    expect([...reversedPayments([paid, first])]).toEqual([]);
    expect([...reversedPayments([paid, first, second])]).toEqual(['paid']);
  });
});
