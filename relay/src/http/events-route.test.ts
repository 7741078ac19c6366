import { describe, expect, it } from '@jest/globals';
import { RelayError } from '../errors.ts';
import { EVENTS, SECOND_SECRET, SECRET, anEvent, anonymous, sha256, start, useServers } from './server.test-support.ts';

useServers();

describe('POST /v1/events/finance-operations', () => {
  it('answers 202 only once the event is stored, and the same event twice is stored once', async () => {
    const { post, stored } = await start();

    const first = await post(`${EVENTS}/contoso/${SECRET}`, anEvent(), anonymous);
    const again = await post(
      `${EVENTS}/contoso/${SECOND_SECRET}`,
      anEvent({ EventId: '3c47a4cd-6edc-4319-b893-3f862eed65fd' }),
      anonymous,
    );

    expect([first.status, again.status]).toEqual([202, 202]);
    expect([first.body.verdict, again.body.verdict]).toEqual(['stored', 'duplicate']);
    expect([...stored.values()]).toEqual([
      {
        connection: 'contoso',
        event: {
          eventId: '3c47a4cd-6edc-4319-b893-3f862eed65fd',
          name: 'SalesInvoicePostedBusinessEvent',
          legalEntity: 'usmf',
          occurredAt: '2022-12-30T13:51:15.2942742Z',
          fields: { ...anEvent(), ControlNumber: '5637611083' },
        },
      },
    ]);
  });

  it('is not acknowledged where it could not be stored', async () => {
    const { post } = await start({
      events: () => Promise.reject(new RelayError('UNAVAILABLE', 'The database is away.')),
    });

    const answer = await post(`${EVENTS}/contoso/${SECRET}`, anEvent(), anonymous);

    expect(answer.status).toBe(503);
  });

  it('keeps every digit of its numbers', async () => {
    const { post, stored } = await start();
    const body = `{"BusinessEventId":"X","EventId":"${crypto.randomUUID()}","ControlNumber":-9223372036854775808,"Amount":9007199254740993.55,"List":[1e3]}`;

    await post(`${EVENTS}/contoso/${SECRET}`, body, anonymous);

    const [entry] = stored.values();
    expect(entry?.event.fields).toMatchObject({
      ControlNumber: '-9223372036854775808',
      Amount: '9007199254740993.55',
      List: ['1e3'],
    });
  });

  it('answers the test of the endpoint and keeps nothing of it', async () => {
    const { post, stored } = await start();
    const test = anEvent({ BusinessEventId: 'BusinessEventsTestEndpointContract' });

    const answer = await post(`${EVENTS}/contoso/${SECRET}`, test, anonymous);

    expect(answer).toMatchObject({ status: 202, body: { verdict: 'test' } });
    expect(stored.size).toBe(0);
  });

  it('answers wrong secrets, unknown connections and connections without secrets alike', async () => {
    const { post, stored, call } = await start();

    const answers = [
      await post(`${EVENTS}/contoso/wrong`, anEvent(), anonymous),
      await post(`${EVENTS}/contoso/${sha256(SECRET)}`, anEvent(), anonymous),
      await post(`${EVENTS}/unknown/${SECRET}`, anEvent(), anonymous),
      await post(`${EVENTS}/silent/${SECRET}`, anEvent(), anonymous),
      await post(`${EVENTS}/__proto__/${SECRET}`, 'not even JSON', anonymous),
    ];

    for (const { status, body } of answers) {
      expect({ status, ...body, correlationId: '' }).toEqual({ ...answers[0]?.body, status: 404, correlationId: '' });
    }
    expect(stored.size).toBe(0);
    expect((await call('/metrics')).text).toContain('causeway_events_total{connection="contoso",verdict="refused"} 2');
  });

  it.each<[string, unknown, number]>([
    ['is not JSON', 'EventId=1', 400],
    ['has no EventId', anEvent({ EventId: undefined }), 400],
    ['has an EventId that is none', anEvent({ EventId: 'x' }), 400],
    ['is over 1 MB', anEvent({ Text: 'x'.repeat(1_000_001) }), 413],
    ['is nested without end', '['.repeat(500_000), 400],
  ])('refuses an event that %s', async (_case, body, status) => {
    const { post, stored } = await start();

    const answer = await post(`${EVENTS}/contoso/${SECRET}`, body, anonymous);

    expect(answer.status).toBe(status);
    expect(stored.size).toBe(0);
  });

  it('never lets the secret or the payload into log or metrics', async () => {
    const { post, call, lines } = await start();

    await post(`${EVENTS}/contoso/${SECRET}`, anEvent({ InvoiceId: 'PLANTED' }), anonymous);
    await post(`${EVENTS}/contoso/${SECRET}`, '{"PLANTED', anonymous);
    await post(`${EVENTS}/contoso/WRONG-SECRET`, anEvent(), anonymous);

    const metrics = await call('/metrics');
    const text = lines.join('') + metrics.text;
    expect(text).toContain('/v1/events/finance-operations/:connection');
    for (const planted of [SECRET, 'PLANTED', 'WRONG-SECRET']) expect(text).not.toContain(planted);
  });
});
