import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A place business events are sent to; `answers` are the statuses of the next calls, 200 once they are used up. */
export type EventReceiver = {
  url: string;
  received: Record<string, unknown>[];
  bodies: string[];
  answers: number[];
  stop(): Promise<void>;
};

/** Starts an HTTP endpoint that keeps every event it is sent. */
export async function startEventReceiver(): Promise<EventReceiver> {
  const received: Record<string, unknown>[] = [];
  const bodies: string[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      bodies.push(body);
      received.push(JSON.parse(body) as Record<string, unknown>);
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    received,
    bodies,
    answers,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
