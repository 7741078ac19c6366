import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { elsewhere } from './elsewhere.ts';
import { isInstalled } from './is-installed.ts';

/** The same GET over and over, on so many connections for so long; `bytes` is how long each answer is. */
export type HttpLoad = {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  readonly bytes: number;
};

/** How many were answered in how long. */
export type HttpLoadResult = { readonly requests: number; readonly seconds: number };

/** Sends the load by wrk where it is installed, since it leaves more of the machine to the server, else by node. */
export async function sendHttpLoad(load: HttpLoad): Promise<HttpLoadResult> {
  return (await isInstalled('wrk', ['-v'])) ? sendByWrk(load) : elsewhere<HttpLoadResult>('node-load.ts', load);
}

async function sendByWrk({ url, path, headers, connections, seconds }: HttpLoad): Promise<HttpLoadResult> {
  const options = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const size = ['-t1', `-c${connections}`, `-d${seconds}s`];
  const { stdout } = await promisify(execFile)('wrk', [...size, ...options, `${url}${path}`]);
  return readWrk(stdout);
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60 };

/** Reads wrk's report. Throws where a request failed, because errors are answered faster than records. */
export function readWrk(report: string): HttpLoadResult {
  const [, requests, time, unit = ''] = /(\d+) requests in ([\d.]+)(ms|s|m),/.exec(report) ?? [];
  const failure = /(Non-2xx.*|Socket errors.*)/.exec(report)?.[1];
  if (requests === undefined || failure !== undefined) {
    throw new Error(`wrk met failures: ${failure ?? report}`);
  }
  return { requests: Number(requests), seconds: Number(time) * (UNITS[unit] ?? Number.NaN) };
}
