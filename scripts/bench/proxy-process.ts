import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from './free-port.ts';

/** A server that was started for a comparison, in one process of its own. */
export type ProxyProcess = {
  readonly url: string;
  /** The processor time it used so far; not known (NaN) where there is no /proc. */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
};

const TRIES = 250;
const CLOCK_TICKS_PER_SECOND = 100;

/** Starts a program that is to listen on `port`, and waits until it answers. */
export async function startProxyProcess(program: string, args: readonly string[], port: number): Promise<ProxyProcess> {
  const child = spawn(program, [...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    const exited = once(child, 'exit');
    if (child.kill('SIGTERM')) await exited;
  };
  try {
    await untilItAnswers(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop, cpuSeconds: () => cpuSecondsOf(child.pid ?? 0) };
}

/** Starts the bare proxy in front of `origin`. */
export async function startBareProxy(origin: string): Promise<ProxyProcess> {
  const port = await freePort();
  const module = path.join(import.meta.dirname, 'bare-proxy.ts');
  return startProxyProcess(process.execPath, [module, origin, String(port)], port);
}

async function untilItAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${url} does not answer.`);
}

/** The processor time that a process used so far; not known (NaN) where there is no /proc. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  return cpuSecondsIn(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
}

/** User and system time in a line of /proc/<pid>/stat; NaN where there is none. */
export function cpuSecondsIn(stat: string): number {
  // The name of the program, in parentheses, may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}
