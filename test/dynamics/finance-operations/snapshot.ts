import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, type Settings } from './environment.ts';
import { type StateImage } from './state.ts';

/** Keeps an environment's data in a directory between runs. */
export type Snapshot = { load(): boolean; stop(): void };

type Image = { settings: Settings; state: StateImage };

const QUIET_MS = 200;

/** Saves shortly after changes and when stopped; the file is replaced in one step, so a kill leaves the former one whole. */
export function createSnapshot(directory: string, environment: Environment): Snapshot {
  const file = join(directory, 'snapshot.json');
  let timer: NodeJS.Timeout | null = null;
  mkdirSync(directory, { recursive: true });

  const save = (): void => {
    timer = null;
    const image: Image = { settings: environment.settings, state: environment.state.image() };
    writeFileSync(`${file}.next`, JSON.stringify(image));
    renameSync(`${file}.next`, file);
  };
  environment.state.onChange(() => {
    timer ??= setTimeout(save, QUIET_MS);
  });
  return {
    load() {
      if (!existsSync(file)) return false;
      const image = JSON.parse(readFileSync(file, 'utf8')) as Image;
      environment.state.restore(image.state);
      Object.assign(environment.settings, image.settings);
      return true;
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      save();
    },
  };
}
