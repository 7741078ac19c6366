import { type Core, openCore } from '../../open-core.ts';
import { type ApexOrg, type ApexOptions, createApexOrg } from '../execution/apex-org.ts';
import { ApexException } from '../runtime/values/apex-exception.ts';
import { parseFilter, runTestClass, type TestResult, testClasses } from './run-tests.ts';

export const FIXTURES = 'test/org/fixtures';

export type ApexUnderTest = {
  readonly core: Core;
  readonly org: ApexOrg;
  readonly userId: (profileOrUsername: string) => string;
  /** Runs the statements as one transaction of the admin, or of the user given; answers what they wrote with System.debug. */
  readonly run: (name: string, userId?: string) => string[];
  /** The same, answering the message of the exception that ended it. */
  readonly fail: (name: string, userId?: string) => string;
  readonly runTests: (filter: string) => TestResult[];
};

type Setup = Omit<ApexOptions, 'sources'> & {
  readonly sources?: readonly string[];
  /** Bodies of static methods, by name, that the test calls. */
  readonly snippets?: Readonly<Record<string, string>>;
  readonly clock?: () => Date;
  readonly file?: string;
};

/** An org in memory with these classes; each snippet is a static method of the class Snippets. */
export function apexUnderTest({
  sources = [FIXTURES],
  snippets = {},
  classes = {},
  clock,
  file,
  ...rest
}: Setup): ApexUnderTest {
  const core = openCore({ sources, ...(clock ? { clock } : {}), ...(file === undefined ? {} : { file }) });
  const methods = Object.entries(snippets).map(([name, body]) => `public static void ${name}() {\n${body}\n}`);
  const org = createApexOrg(core, {
    ...rest,
    sources,
    classes: { ...classes, 'Snippets.cls': `public class Snippets {\n${methods.join('\n')}\n}` },
  });
  const execute = (name: string, userId = org.adminId): string[] =>
    org.execute({ userId }, (execution) => {
      org.program.invokeStatic('Snippets', name, []);
      return execution.log.map(({ text }) => text);
    });
  return {
    core,
    org,
    userId: (username) => String(core.store.db.all('SELECT "Id" FROM "User" WHERE "Username" = ?', [username])[0]?.[0]),
    run: execute,
    fail: (name, userId) => {
      try {
        execute(name, userId);
      } catch (error) {
        if (error instanceof ApexException) return `${error.typeName}: ${error.shownMessage()}`;
        throw error;
      }
      throw new Error(`${name} was expected to fail.`);
    },
    runTests: (filter) => {
      const wanted = parseFilter(filter);
      return testClasses(org, wanted).flatMap((record) => runTestClass(org, record, wanted));
    },
  };
}
