import path from 'node:path';
import { jarsOf, runJava } from './java.ts';

const CHECKER = 'io.github.apexdevtools.apexls.CheckForIssues';
const ISSUES_FOUND = 4;

type Report = {
  readonly files: readonly {
    readonly path: string;
    readonly messages: readonly { readonly start: { readonly line: number }; readonly message: string }[];
  }[];
};

/** Types, members and fields of all classes and triggers fit together, as apex-ls sees it. */
export async function checkSemantics(project: string): Promise<string[]> {
  const { code, output, errors } = await runJava([
    '-cp',
    jarsOf(project, 'pmd'),
    CHECKER,
    '-n',
    '-d',
    'warnings',
    '-f',
    'json',
    '-w',
    project,
  ]);
  if (code === 0) return [];
  if (code !== ISSUES_FOUND) throw new Error(`apex-ls ended with ${String(code)}: ${errors || output}`);
  return readIssues(project, output);
}

/** The issues of apex-ls, one line each. */
export function readIssues(project: string, output: string): string[] {
  const report = JSON.parse(output) as Report;
  return report.files.flatMap((file) =>
    file.messages.map(({ start, message }) => `${path.relative(project, file.path)}:${String(start.line)}: ${message}`),
  );
}
