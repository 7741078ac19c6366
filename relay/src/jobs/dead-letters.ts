import { type JobWithMetadata, type PgBoss, type WorkOptions } from 'pg-boss';
import { type ErrorCode, isErrorCode } from '../errors.ts';
import { DEAD_LETTERS, type JobsLog } from './boss.ts';
import { JOB_NAMES } from './job-policies.ts';
import { type Jobs } from './jobs.ts';

/** Who is told of a job that is given up. */
export type DeadListener = Parameters<Jobs['onDead']>[0];

type LetterOptions = WorkOptions & { readonly includeMetadata: true; readonly perJobResults: true };

/** Tells each dead letter to the listeners, then forgets it and the job that it was. */
export async function startDeadLetters(boss: PgBoss, listeners: readonly DeadListener[], log: JobsLog): Promise<void> {
  await boss.work<object, unknown, LetterOptions>(
    DEAD_LETTERS,
    {
      includeMetadata: true,
      perJobResults: true,
      batchSize: 10,
      pollingIntervalSeconds: 0.5,
      notifyPollingIntervalSeconds: 1,
    },
    async (letters: JobWithMetadata[]) => {
      const results: { id: string; status: 'completed' | 'failed'; output?: object }[] = [];
      for (const letter of letters) {
        try {
          await deliver(letter, listeners);
          await forget(boss, letter);
          results.push({ id: letter.id, status: 'completed' });
        } catch (error) {
          log.warn({ job: letter.sourceName, id: letter.sourceId, err: error }, 'A dead letter could not be recorded');
          results.push({ id: letter.id, status: 'failed', output: { code: 'UNEXPECTED' } });
        }
      }
      return results;
    },
  );
}

async function deliver(letter: JobWithMetadata, listeners: readonly DeadListener[]): Promise<void> {
  const name = JOB_NAMES.find((known) => known === letter.sourceName);
  if (name === undefined) {
    return;
  }
  for (const listener of listeners) {
    await listener({ name, payload: letter.data, code: codeOf(letter.sourceOutput) });
  }
}

async function forget(boss: PgBoss, letter: JobWithMetadata): Promise<void> {
  if (letter.sourceName !== null && letter.sourceId !== null) {
    await boss.deleteJob(letter.sourceName, letter.sourceId);
  }
  await boss.deleteJob(DEAD_LETTERS, { id: letter.id, retryCount: letter.retryCount });
}

/** A job whose worker died again and again left no code, and another version's code may be unknown here. */
function codeOf(output: object | null): ErrorCode {
  const code = output !== null && 'code' in output ? output.code : null;
  return typeof code === 'string' && isErrorCode(code) ? code : 'UNEXPECTED';
}
