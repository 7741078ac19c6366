import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The commands of Salesforce's own tool, in order; each must succeed before the next. */
type Step = readonly [command: string, ...parameters: string[]];

const CLI = '@salesforce/cli@2.150.6';
const ORG = 'causeway-test';

/** The steps of a verb, or null where there is no such verb. */
export function stepsOf(verb: string, versionNumber: string): Step[] | null {
  if (verb === 'test') {
    return [
      [
        'org',
        'create',
        'scratch',
        '--definition-file',
        'config/project-scratch-def.json',
        '--alias',
        ORG,
        '--wait',
        '20',
      ],
      ['project', 'deploy', 'start', '--source-dir', 'force-app', '--target-org', ORG, '--wait', '60'],
      ['apex', 'run', 'test', '--test-level', 'RunLocalTests', '--code-coverage', '--target-org', ORG, '--wait', '60'],
      ['org', 'delete', 'scratch', '--target-org', ORG, '--no-prompt'],
    ];
  }
  if (verb === 'version') {
    const name = ['--package', 'Causeway', '--version-number', versionNumber];
    return [['package', 'version', 'create', ...name, '--code-coverage', '--installation-key-bypass', '--wait', '60']];
  }
  return null;
}

function versionNumber(): string {
  const project = JSON.parse(readFileSync(path.join(import.meta.dirname, '../sfdx-project.json'), 'utf8')) as {
    packageDirectories: { versionNumber?: string }[];
  };
  return project.packageDirectories.find((directory) => directory.versionNumber !== undefined)?.versionNumber ?? '';
}

/**
 * What needs a Dev Hub: `npm run package -- test` deploys to a new scratch org and runs the package's Apex tests there, which is the last
 * word on them; `npm run package -- version` makes a package version. `--print` shows the commands and runs none.
 */
function main([verb = '', ...options]: readonly string[]): number {
  const steps = stepsOf(verb, versionNumber());
  if (steps === null) {
    console.error(
      `There is no "${verb}": npm run package -- test, or npm run package -- version; with --print, only shown.`,
    );
    return 2;
  }
  const commands = [['npm', 'run', '--silent', 'build:lwc'], ...steps.map((step) => ['npx', '--yes', CLI, ...step])];
  for (const [command = '', ...parameters] of commands) {
    console.log([command, ...parameters].join(' '));
    if (options.includes('--print')) continue;
    const { status } = spawnSync(command, parameters, { stdio: 'inherit' });
    if (status !== 0) {
      console.error(
        `That ended with ${status ?? 'a signal'}; nothing after it was done. A scratch org that was made is "${ORG}".`,
      );
      return 1;
    }
  }
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));
