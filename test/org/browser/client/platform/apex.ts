import { call } from './server.ts';
import { refreshWire, wireAdapter } from './wire.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** An imported Apex method: a function, and an adapter for `@wire` that waits for its parameters. */
export function apexMethod(name: string) {
  const run = async (parameters: Parameters = {}): Promise<unknown> => {
    const answer = await call<{ readonly value: unknown }>('POST', `apex/${name}`, parameters);
    return answer.value;
  };
  const adapter = wireAdapter<Parameters, unknown>({
    isReady: (config) => Object.values(config).every((value) => value !== undefined),
    read: run,
    watch: () => () => undefined,
  });
  return Object.assign(run, { adapter });
}

export const refreshApex = refreshWire;
