import { execFile } from 'node:child_process';

/** Whether a program can be started here; what it thinks of the arguments does not matter. */
export function isInstalled(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, [...args], (error) => resolve(!(error !== null && error.code === 'ENOENT')));
  });
}
