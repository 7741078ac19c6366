import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow } from '../metadata/source.ts';
import { jarsOf, runJava, withFolder } from './java.ts';

const THREADS = 2;
const THREAD_TIMEOUT_MS = 900_000;

/** A path that the engine may not like, and why it is right all the same. */
type Exception = { readonly from: string; readonly object: string; readonly reason: string };

const EXCEPTIONS: readonly Exception[] = [
  {
    from: 'SyncStatusController',
    object: 'SyncStatus__c',
    reason:
      'The rows belong to the package; the record itself was asked for in user mode before, and a custom permission too.',
  },
  {
    from: 'SyncStatusController',
    object: 'SyncRequest__c',
    reason:
      'The rows belong to the package; the record itself was asked for in user mode before, and a custom permission too.',
  },
];

type Violation = {
  readonly sinkFileName: string;
  readonly sinkLineNumber: number;
  readonly sourceType: string;
  readonly message: string;
};

/** No path from a door of the package reaches records without their permissions being asked, as the Graph Engine follows it. */
export function checkDataFlow(project: string): Promise<string[]> {
  return withFolder(async (folder) => {
    const input = path.join(folder, 'in.json');
    const output = path.join(folder, 'out.json');
    const files = filesBelow(project, ['force-app/main']).filter((file) => /\.(cls|trigger)$/.test(file));
    const run = {
      targets: files.map((file) => ({ targetFile: path.join(project, file), targetMethods: [] })),
      projectFilesAndFolders: [path.join(project, 'force-app/main')],
      rulesToRun: ['ApexFlsViolation'],
    };
    writeFileSync(input, JSON.stringify(run));
    const {
      code,
      output: printed,
      errors,
    } = await runJava([
      `-Dsfge_log_name=${path.join(folder, 'sfge.log')}`,
      `-DSFGE_RULE_THREAD_COUNT=${String(THREADS)}`,
      `-DSFGE_RULE_THREAD_TIMEOUT=${String(THREAD_TIMEOUT_MS)}`,
      '-cp',
      jarsOf(project, 'sfge'),
      'com.salesforce.Sfge',
      'execute',
      input,
      output,
    ]);
    if (code !== 0) throw new Error(`The Graph Engine ended with ${String(code)}: ${errors}${printed.slice(-2000)}`);
    return readDataFlow(project, readFileSync(output, 'utf8'));
  });
}

/** The violations of the engine's report that no exception explains, one line each. */
export function readDataFlow(project: string, text: string): string[] {
  return (JSON.parse(text) as Violation[])
    .filter((violation) => !isExplained(violation))
    .map(
      ({ sinkFileName, sinkLineNumber, sourceType, message }) =>
        `${path.relative(project, sinkFileName)}:${String(sinkLineNumber)}: reached from ${sourceType}: ${message}`,
    );
}

function isExplained({ sourceType, message }: Violation): boolean {
  return EXCEPTIONS.some(({ from, object }) => sourceType === from && message.includes(`on [${object}]`));
}
