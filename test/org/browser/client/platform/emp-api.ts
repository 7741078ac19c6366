import { call } from './server.ts';

type Message = { readonly channel: string; readonly data: unknown };
type Hear = (message: Message) => void;
export type Subscription = { readonly id: number; readonly channel: string; readonly replayId: number };

const hearers = new Map<number, { readonly channel: string; readonly hear: Hear }>();
let subscriptions = 0;
let stream: EventSource | undefined;

/** Hears events of a channel from now on. The org keeps no past events: replays are refused. */
export async function subscribe(channel: string, replayId: number, hear: Hear): Promise<Subscription> {
  if (replayId !== -1) throw new Error(`The local org does not know replay ${replayId}; subscribe with -1.`);
  await call('GET', `channels?name=${encodeURIComponent(channel)}`);
  await openStream();
  const subscription = { id: ++subscriptions, channel, replayId };
  hearers.set(subscription.id, { channel, hear });
  return subscription;
}

export async function unsubscribe(subscription: Subscription, done?: (answer: unknown) => void): Promise<unknown> {
  const isKnown = hearers.delete(subscription.id);
  if (hearers.size === 0) {
    stream?.close();
    stream = undefined;
  }
  const answer = { successful: isKnown, subscription: subscription.channel };
  done?.(answer);
  return answer;
}

/** Errors of the stream mend themselves: the browser opens it again. */
export function onError(): void {}

export function setDebugFlag(): void {}

export async function isEmpEnabled(): Promise<boolean> {
  return true;
}

/** All channels come through one connection, since a browser holds only few of them. */
function openStream(): Promise<void> {
  const events = (stream ??= new EventSource('/lightning/api/events'));
  events.onmessage = ({ data }: MessageEvent<string>) => tell(JSON.parse(data) as Message);
  if (events.readyState === EventSource.OPEN) return Promise.resolve();
  return new Promise((resolve) => events.addEventListener('open', () => resolve(), { once: true }));
}

function tell(message: Message): void {
  for (const { channel, hear } of hearers.values()) {
    if (channel.toLowerCase() === message.channel.toLowerCase()) hear(message);
  }
}
