import { randomUUID } from 'node:crypto';

/** Where events of some kinds and companies are sent. */
export type Endpoint = {
  id: string;
  url: string;
  events: readonly string[] | null;
  companies: readonly string[] | null;
};

/** How delivery behaves; `duplicate` and `reorder` make the promises the real sender does not keep visible. */
export type EventSettings = { tries: number; waitMs: number; timeoutMs: number; duplicate: boolean; reorder: boolean };

/** An event that no try could deliver, kept for a manual resend. */
export type EventError = { eventId: string; businessEventId: string; endpoint: string; reason: string };

/** What a business event says besides its envelope: members are JSON texts so that amounts stay exact. */
export type EventContent = { businessEventId: string; company: string; members: Readonly<Record<string, string>> };

/** Sends business events of committed transactions to the registered endpoints. */
export type BusinessEvents = {
  register(endpoint: {
    url: string;
    events?: readonly string[];
    companies?: readonly string[];
  }): Promise<{ id: string }>;
  remove(id: string): void;
  settings(changes: Partial<EventSettings>): void;
  raise(content: EventContent): void;
  errors(): EventError[];
  resend(): void;
  delivered(): Promise<void>;
  stop(): void;
};

type Message = { eventId: string; businessEventId: string; body: string };
type Delivery = { endpoint: Endpoint; message: Message };

const FIRST_CONTROL_NUMBER = 5637611083;
const TEST_EVENT = 'BusinessEventsTestEndpointContract';
const INITIATING_USER = '{410A2690-5EC2-42EE-9F2A-E75B4E324930}';

/** An instant as business events write it. */
export function eventDate(instant: string | Date): string {
  return `/Date(${new Date(instant).getTime()})/`;
}

function envelope(content: EventContent, eventId: string, controlNumber: number, now: Date): string {
  const head = {
    BusinessEventId: content.businessEventId,
    BusinessEventLegalEntity: content.company,
    ContextRecordSubject: '',
    ControlNumber: controlNumber,
    EventId: eventId,
    EventTime: eventDate(now),
    EventTimeIso8601: now.toISOString().replace('Z', '0000Z'),
    InitiatingUserAADObjectId: INITIATING_USER,
    MajorVersion: 0,
    MinorVersion: 0,
    ParentContextRecordSubjects: [],
  };
  const members = Object.entries(content.members).map(([name, json]) => `,${JSON.stringify(name)}:${json}`);
  return `${JSON.stringify(head).slice(0, -1)}${members.join('')}}`;
}

async function post(url: string, body: string, timeoutMs: number, stopping: AbortSignal): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body,
    signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), stopping]),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`The endpoint answered ${response.status}.`);
}

/** Creates the sender; it works in the background and keeps what it could not deliver. */
export function createBusinessEvents(clock: () => Date): BusinessEvents {
  const settings: EventSettings = { tries: 3, waitMs: 1000, timeoutMs: 10_000, duplicate: false, reorder: false };
  const endpoints = new Map<string, Endpoint>();
  const stopping = new AbortController();
  let failed: (Delivery & { reason: string })[] = [];
  let queue: Delivery[] = [];
  let working: Promise<void> | null = null;
  let controlNumber = FIRST_CONTROL_NUMBER;
  let endpointNumber = 0;

  // Control numbers rise, but numbers of aborted or internal events leave gaps.
  const nextControlNumber = (): number => (controlNumber += 1 + (controlNumber % 3));

  const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const deliver = async (delivery: Delivery): Promise<void> => {
    for (let attempt = 1; attempt <= settings.tries && !stopping.signal.aborted; attempt += 1) {
      try {
        await post(delivery.endpoint.url, delivery.message.body, settings.timeoutMs, stopping.signal);
        return;
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unknown';
        if (attempt === settings.tries) failed.push({ ...delivery, reason });
        else await pause(settings.waitMs);
      }
    }
  };
  const drain = async (): Promise<void> => {
    while (queue.length > 0 && !stopping.signal.aborted) {
      const batch = settings.reorder ? queue.reverse() : queue;
      queue = [];
      for (const delivery of batch) {
        await deliver(delivery);
        if (settings.duplicate) await deliver(delivery);
      }
    }
  };
  const start = (): void => {
    // A short moment lets events of neighboring transactions meet, so that reordering has something to reorder.
    working ??= pause(settings.reorder ? 20 : 0)
      .then(drain)
      .finally(() => {
        working = null;
        if (queue.length > 0 && !stopping.signal.aborted) start();
      });
  };

  return {
    async register({ url, events, companies }) {
      const content = { businessEventId: TEST_EVENT, company: '', members: {} };
      try {
        await post(url, envelope(content, randomUUID().toUpperCase(), 0, clock()), settings.timeoutMs, stopping.signal);
      } catch (error) {
        throw new Error(
          `Unable to send test event to endpoint ${url}: ${error instanceof Error ? error.message : 'failed'}`,
        );
      }
      endpointNumber += 1;
      const id = `endpoint-${endpointNumber}`;
      endpoints.set(id, { id, url, events: events ?? null, companies: companies ?? null });
      return { id };
    },
    remove: (id) => void endpoints.delete(id),
    settings: (changes) => void Object.assign(settings, changes),
    raise(content) {
      const eventId = randomUUID().toUpperCase();
      const message = {
        eventId,
        businessEventId: content.businessEventId,
        body: envelope(content, eventId, nextControlNumber(), clock()),
      };
      for (const endpoint of endpoints.values()) {
        const wantsEvent = endpoint.events === null || endpoint.events.includes(content.businessEventId);
        const wantsCompany = endpoint.companies === null || endpoint.companies.includes(content.company);
        if (wantsEvent && wantsCompany) queue.push({ endpoint, message });
      }
      if (queue.length > 0) start();
    },
    errors: () =>
      failed.map(({ endpoint, message, reason }) => ({
        eventId: message.eventId,
        businessEventId: message.businessEventId,
        endpoint: endpoint.id,
        reason,
      })),
    resend() {
      queue.push(...failed);
      failed = [];
      if (queue.length > 0) start();
    },
    async delivered() {
      while (working !== null) await working;
    },
    stop: () => stopping.abort(),
  };
}
