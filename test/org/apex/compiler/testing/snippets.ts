import { openCore } from '../../../open-core.ts';
import { dataLibrary } from '../../data/data-library.ts';
import { type ApexOrg, createApexOrg } from '../../execution/apex-org.ts';
import { coreLibrary } from '../../library/core-library.ts';
import { compileApex } from '../compile.ts';
import { ApexCompileErrors } from '../errors.ts';

export type Snippets = {
  readonly org: ApexOrg;
  /** Runs anonymous Apex and answers what it wrote with System.debug. */
  readonly run: (text: string) => readonly string[];
};

/** An org with nothing in it but these classes, by name; triggers are named `X.trigger`. */
export function createSnippets(classes: Readonly<Record<string, string>> = {}): Snippets {
  const core = openCore({ sources: [], multiCurrency: false });
  const named = Object.entries(classes).map(([name, text]) => [name.includes('.') ? name : `${name}.cls`, text]);
  const org = createApexOrg(core, { sources: [], classes: Object.fromEntries(named) as Record<string, string> });
  return { org, run: (text) => org.anonymous(text, { userId: org.adminId }) };
}

let schema: ReturnType<typeof openCore>['store']['schema'] | null = null;

/** What the compiler says against these files, as `line:column message`; nothing where all is well. */
export function compileErrors(...texts: readonly string[]): string[] {
  schema ??= openCore({ sources: [], multiCurrency: false }).store.schema;
  const sources = texts.map((text, index) => ({
    path: text.startsWith('trigger') ? `T${index}.trigger` : `T${index}.cls`,
    text,
  }));
  try {
    compileApex({ sources, declarations: [...coreLibrary, ...dataLibrary], schema });
    return [];
  } catch (error) {
    if (!(error instanceof ApexCompileErrors)) throw error;
    return error.errors.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
}

/** The same for statements of one method. */
export function statementErrors(statements: string): string[] {
  return compileErrors(`public class Snippet { public void run() {\n${statements}\n} }`);
}
