import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startEventReceiver, type EventReceiver } from './event-receiver.ts';
import { anOrder, startUnderTest, type UnderTest } from './simulator-under-test.ts';

describe('business events', () => {
  let under: UnderTest;
  let receiver: EventReceiver;
  let endpoint: string;

  beforeAll(async () => {
    under = await startUnderTest({ clock: () => new Date('2026-03-10T09:30:00.500Z') });
  });
  beforeEach(async () => {
    under.simulator.admin.reset();
    receiver = await startEventReceiver();
    ({ id: endpoint } = await under.simulator.admin.registerEndpoint({ url: receiver.url, companies: ['usmf'] }));
    under.simulator.admin.eventSettings({ tries: 3, waitMs: 1, duplicate: false, reorder: false });
  });
  afterEach(async () => {
    under.simulator.admin.removeEndpoint({ id: endpoint });
    await receiver.stop();
  });
  afterAll(() => under.stop());

  const invoiced = async (): Promise<string> => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001' }]);
    return under.simulator.admin.invoiceOrder({ company: 'usmf', order }).invoice;
  };

  it('sends a test event when an endpoint is registered, and refuses one that does not answer', async () => {
    expect(receiver.received).toEqual([
      expect.objectContaining({ BusinessEventId: 'BusinessEventsTestEndpointContract' }),
    ]);

    receiver.answers.push(500);
    await expect(under.simulator.admin.registerEndpoint({ url: receiver.url })).rejects.toThrow(
      'Unable to send test event to endpoint',
    );
  });

  it('tells of a posted invoice in the envelope of the real one', async () => {
    const invoice = await invoiced();
    await under.simulator.admin.eventsDelivered();

    expect(receiver.received[1]).toEqual({
      BusinessEventId: 'SalesInvoicePostedBusinessEvent',
      BusinessEventLegalEntity: 'usmf',
      ContextRecordSubject: '',
      ControlNumber: expect.any(Number),
      EventId: expect.stringMatching(/^[0-9A-F-]{36}$/),
      EventTime: `/Date(${Date.parse('2026-03-10T09:30:00.500Z')})/`,
      EventTimeIso8601: '2026-03-10T09:30:00.5000000Z',
      InitiatingUserAADObjectId: expect.stringMatching(/^\{[0-9A-F-]{36}\}$/),
      MajorVersion: 0,
      MinorVersion: 0,
      ParentContextRecordSubjects: [],
      InvoiceAccount: 'US-001',
      InvoiceId: invoice,
      SalesOrderId: '001001',
      InvoiceDate: `/Date(${Date.parse('2026-03-10T12:00:00Z')})/`,
      InvoiceDueDate: `/Date(${Date.parse('2026-03-20T12:00:00Z')})/`,
      InvoiceAmountInAccountingCurrency: 128.7,
      InvoiceTaxAmount: 8.7,
      LegalEntity: 'usmf',
    });
  });

  it('tells of a payment and of its reversal', async () => {
    const invoice = await invoiced();
    const { admin } = under.simulator;
    const { journal, voucher } = admin.postPayment({ company: 'usmf', customer: 'US-001', amount: '28.70', invoice });
    admin.reversePayment({ company: 'usmf', journal });
    await admin.eventsDelivered();

    expect(receiver.received.slice(2)).toEqual([
      expect.objectContaining({
        BusinessEventId: 'CustomerPaymentPostedBusinessEvent',
        JournalBatchNumber: journal,
        Voucher: voucher,
        PaymentAmount: 28.7,
      }),
      expect.objectContaining({ BusinessEventId: 'CustomerPaymentPostedBusinessEvent', PaymentAmount: -28.7 }),
    ]);
  });

  it('raises control numbers with gaps', async () => {
    await invoiced();
    await invoiced();
    await invoiced();
    await under.simulator.admin.eventsDelivered();

    const numbers = receiver.received.slice(1).map(({ ControlNumber }) => ControlNumber as number);
    const steps = numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0));
    expect(steps.every((step) => step >= 1)).toBe(true);
    expect(steps.some((step) => step > 1)).toBe(true);
  });

  it('tries three times with the same event id', async () => {
    receiver.answers.push(500, 503);

    await invoiced();
    await under.simulator.admin.eventsDelivered();

    const ids = receiver.received.slice(1).map(({ EventId }) => EventId);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
    expect(under.simulator.admin.eventErrors()).toEqual([]);
  });

  it('keeps an event that three tries could not deliver, and sends it again when asked', async () => {
    receiver.answers.push(500, 500, 500);
    await invoiced();
    await under.simulator.admin.eventsDelivered();
    const errors = under.simulator.admin.eventErrors();

    under.simulator.admin.resendEvents();
    await under.simulator.admin.eventsDelivered();

    expect(errors).toEqual([
      expect.objectContaining({
        businessEventId: 'SalesInvoicePostedBusinessEvent',
        reason: 'The endpoint answered 500.',
      }),
    ]);
    expect(receiver.received).toHaveLength(5);
    expect(under.simulator.admin.eventErrors()).toEqual([]);
  });

  it('can send everything twice and in another order', async () => {
    under.simulator.admin.eventSettings({ duplicate: true, reorder: true });
    const [first, second] = [
      await anOrder(under, [{ ItemNumber: 'D0001' }]),
      await anOrder(under, [{ ItemNumber: 'D0001' }]),
    ];

    under.simulator.admin.invoiceOrder({ company: 'usmf', order: first });
    under.simulator.admin.invoiceOrder({ company: 'usmf', order: second });
    await under.simulator.admin.eventsDelivered();

    expect(receiver.received.slice(1).map(({ SalesOrderId }) => SalesOrderId)).toEqual([second, second, first, first]);
  });

  it('sends nothing for what was refused or for other companies', async () => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001' }], { IsSalesProcessingStopped: 'Yes' });
    expect(() => under.simulator.admin.invoiceOrder({ company: 'usmf', order })).toThrow();
    under.simulator.admin.postPayment({ company: 'gbsi', customer: 'GB-001', amount: '5' });
    await under.simulator.admin.eventsDelivered();

    expect(receiver.received).toHaveLength(1);
  });
});
