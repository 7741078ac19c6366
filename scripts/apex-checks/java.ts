import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a Java program printed, and how it ended. */
export type JavaResult = { readonly code: number; readonly output: string; readonly errors: string };

const MISSING =
  'Java 11 or newer is needed for this check. Install it (Debian: apt-get install openjdk-17-jre-headless, macOS: brew install openjdk@17, Windows: winget install EclipseAdoptium.Temurin.17.JRE), or set JAVA_HOME.';

/** Runs a Java program to its end. Fails with the way to install Java where there is none. */
export function runJava(parameters: readonly string[]): Promise<JavaResult> {
  const home = process.env['JAVA_HOME'];
  const command = home === undefined || home === '' ? 'java' : path.join(home, 'bin', 'java');
  return new Promise((resolve, reject) => {
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error(MISSING, { cause: error }) : error),
    );
    child.on('close', (code) =>
      resolve({
        code: code ?? 1,
        output: Buffer.concat(output).toString(),
        errors: Buffer.concat(errors).toString(),
      }),
    );
  });
}

/** The class path of a Code Analyzer engine. */
export function jarsOf(project: string, engine: 'pmd' | 'sfge'): string {
  return path.join(project, `node_modules/@salesforce/code-analyzer-${engine}-engine/dist/java-lib/*`);
}

/** Gives the work a folder of its own, and takes it away afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'causeway-apex-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
