import { ApexException, exceptionClass, throwApex, throwNullReference } from '../../runtime/values/apex-exception.ts';
import { type ApexFrame } from '../frames.ts';

/** Exceptions that end the transaction, whatever the code says. */
const UNCATCHABLE: ReadonlySet<string> = new Set(['System.LimitException', 'System.AssertException']);

/** How deep Apex methods may call each other. */
export const STACK_LIMIT = 1000;

/** Null checks, throwing and catching. */
export function createExceptions(frames: () => ApexFrame[]) {
  return {
    nn: <T>(value: T): NonNullable<T> => value ?? throwNullReference(),
    thrown: (exception: ApexException | null): ApexException => {
      const real = exception ?? throwNullReference();
      real.frames ??= frames();
      return real;
    },
    caught: (problem: unknown): ApexException => {
      if (problem instanceof ApexException && !UNCATCHABLE.has(problem.typeName)) return problem;
      if (isStackOverflow(problem)) throwStackLimit();
      throw problem;
    },
    newException: (name: string, ...args: readonly unknown[]) => new (exceptionClass(name))().initialize(...args),
    refuse: (error: string): never => {
      throw new Error(`This line could not be compiled: ${error}`);
    },
    unreadable: (name: string): never => {
      throw new Error(`The property ${name} has no getter.`);
    },
  };
}

/** The engine's own stack ends where Apex's would have. */
export function isStackOverflow(problem: unknown): boolean {
  return problem instanceof Error && problem.name === 'RangeError' && problem.message.includes('call stack');
}

/** The exception of a recursion too deep. */
export function throwStackLimit(): never {
  return throwApex('System.LimitException', `Maximum stack depth reached: ${STACK_LIMIT + 1}`);
}
