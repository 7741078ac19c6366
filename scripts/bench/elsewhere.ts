import { fork } from 'node:child_process';
import path from 'node:path';

/**
 * Runs the `run` function of a module in a process of its own and answers what it answers: load must not take its time from the
 * simulator, and memory is measured where nothing else lives. The module calls `answer(run)` at its end.
 */
export function elsewhere<Output>(module: string, input: unknown): Promise<Output> {
  const child = fork(path.join(import.meta.dirname, module), { serialization: 'advanced' });
  return new Promise((resolve, reject) => {
    child.once('message', (reply: { readonly output: Output } | { readonly error: string }) => {
      if ('output' in reply) resolve(reply.output);
      else reject(new Error(`${module}: ${reply.error}`));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${module} ended with code ${String(code)} and no answer.`)));
    child.send({ input });
  });
}

/** The other end: answers the one message of the parent with what `run` makes of it, and ends. */
export function answer(run: (input: never) => Promise<unknown>): void {
  const reply = (message: object): void => void process.send?.(message, () => process.disconnect());
  process.once('message', ({ input }: { readonly input: never }) => {
    run(input).then(
      (output) => reply({ output }),
      (error: unknown) => reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}
