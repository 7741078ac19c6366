import { type ServerResponse } from 'node:http';
import { fieldNamed, objectNamed } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type Change } from '../records/change-log.ts';
import { toJsonValue } from '../rest/json.ts';
import { type Row } from '../store/values.ts';
import { type PageOrg } from './records/page-session.ts';

/** Tells open pages of published platform events, each only what its user may read. */
export type EventStream = {
  readonly open: (userId: string, response: ServerResponse) => void;
  /** Refuses a channel that does not exist or that the user may not read. */
  readonly checkChannel: (userId: string, channel: string) => void;
  readonly close: () => void;
};

const HELD_OUT = new Set(['Id', 'ReplayId', 'EventUuid']);

/** Starts listening to the org's commits. */
export function createEventStream(org: PageOrg): EventStream {
  const streams = new Map<ServerResponse, string>();
  const mayRead = (userId: string, objectName: string): boolean =>
    org.security.rightsOf(userId).object(objectNamed(org.store.schema, objectName)).read;
  const stop = org.records.onChange((changes) => {
    for (const change of changes) {
      if (change.operation !== 'publish') continue;
      const text = `data: ${JSON.stringify(messageOf(org, change))}\n\n`;
      for (const [response, userId] of streams) if (mayRead(userId, change.object)) response.write(text);
    }
  });
  return {
    open: (userId, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(': open\n\n');
      streams.set(response, userId);
      response.on('close', () => streams.delete(response));
    },
    checkChannel: (userId, channel) => {
      const name = /^\/event\/(\w+)$/.exec(channel)?.[1] ?? '';
      const object = org.store.schema.objects.get(name.toLowerCase());
      if (object?.kind === 'event' && mayRead(userId, object.name)) return;
      throw new RecordError('INSUFFICIENT_ACCESS_OR_READONLY', `403::The channel ${channel} cannot be subscribed to.`);
    },
    close: () => {
      stop();
      for (const response of streams.keys()) response.end();
    },
  };
}

/** An event as the streaming API hands it over. */
function messageOf(org: PageOrg, change: Change): unknown {
  const object = objectNamed(org.store.schema, change.object);
  const row: Row = change.new ?? {};
  const payload = Object.entries(row).flatMap(([name, value]) => {
    const field = fieldNamed(object, name);
    return field && !HELD_OUT.has(name) ? [[name, toJsonValue(field, value)] as const] : [];
  });
  return {
    channel: `/event/${object.name}`,
    data: {
      payload: Object.fromEntries(payload),
      event: { replayId: Number(row['ReplayId']), EventUuid: row['EventUuid'] },
    },
  };
}
