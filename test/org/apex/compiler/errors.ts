import { type Token, type TreeNode } from './parse.ts';

/** One thing the Apex compiler refuses, as an org reports it; columns count from 1. */
export type ApexCompileError = {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
};

/** All errors of one compilation; the message lists every one of them by place. */
export class ApexCompileErrors extends Error {
  readonly errors: readonly ApexCompileError[];

  constructor(errors: readonly ApexCompileError[]) {
    super(errors.map(errorText).join('\n'));
    this.name = 'ApexCompileErrors';
    this.errors = errors;
  }
}

/** Leaves the statement that cannot be compiled; the rest is still compiled, so that all errors come at once. */
export class CompileFailure extends Error {
  readonly tree: TreeNode;

  constructor(tree: TreeNode, message: string) {
    super(message);
    this.tree = tree;
  }
}

/** Refuses a piece of source. */
export function fail(tree: TreeNode, message: string): never {
  throw new CompileFailure(tree, message);
}

export type Diagnostics = {
  readonly errors: ApexCompileError[];
  readonly report: (path: string, start: Token, message: string) => void;
  /** Runs the work; a CompileFailure becomes an error and the fallback the answer. */
  readonly attempt: <T>(path: string, work: () => T, fallback: T) => T;
  /** The same for code: what cannot be compiled becomes code that says so when it is reached. */
  readonly attemptCode: (path: string, work: () => string) => string;
};

/** `Order.cls:12:5 Variable does not exist: x`, as every list of compile errors shows one. */
export function errorText({ path, line, column, message }: ApexCompileError): string {
  return `${path}:${line}:${column} ${message}`;
}

/** The expression that stands where something could not be compiled. */
export function refusalCode(error: ApexCompileError): string {
  return `$.refuse(${JSON.stringify(errorText(error))})`;
}

export function createDiagnostics(): Diagnostics {
  const errors: ApexCompileError[] = [];
  const report: Diagnostics['report'] = (path, start, message) => {
    errors.push({ path, line: start.line, column: start.column + 1, message });
  };
  const attempt: Diagnostics['attempt'] = (path, work, fallback) => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof CompileFailure)) throw error;
      report(path, error.tree.start, error.message);
      return fallback;
    }
  };
  const attemptCode: Diagnostics['attemptCode'] = (path, work) => {
    const before = errors.length;
    const code = attempt(path, work, null);
    const error = errors[before];
    return code ?? (error ? refusalCode(error) : 'null');
  };
  return { errors, report, attempt, attemptCode };
}
