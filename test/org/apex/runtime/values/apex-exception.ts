import { type ApexFrame, apexFrames, frameText } from '../../compiler/frames.ts';
import { ApexObject } from './apex-object.ts';
import { type HashKey } from './apex-value.ts';

/** An exception of Apex; it is no JavaScript Error, so that nothing catches it by mistake. */
export class ApexException extends ApexObject {
  static override readonly apexName: string = 'System.Exception';

  message: string | null = null;
  cause: ApexException | null = null;
  /** Where it was thrown, innermost first; null until then. */
  frames: ApexFrame[] | null = null;

  /** The constructors every exception has: nothing, a message, a cause, or both. */
  initialize(...args: readonly unknown[]): this {
    for (const given of args) {
      if (given instanceof ApexException) this.cause = given;
      else if (typeof given === 'string') this.message = given;
    }
    return this;
  }

  /** `getMessage()`: an exception made without a message has one nevertheless. */
  shownMessage(): string {
    return this.message ?? 'Script-thrown exception';
  }

  stackTrace(): string {
    return (this.frames ?? []).map(frameText).join('\n');
  }

  override hashKey(): HashKey {
    return this;
  }

  override toApexString(): string {
    return `${this.typeName}: ${this.shownMessage()}`;
  }
}

/** Tells the browser its text; Apex code that catches it sees only what `setMessage` gave it. */
export class ApexAuraHandledException extends ApexException {
  static override readonly apexName = 'System.AuraHandledException';

  /** What the browser is told. */
  handledMessage = '';
}

const platformExceptions = new Map<string, typeof ApexException>(
  [ApexException, ApexAuraHandledException].map((known) => [known.apexName, known]),
);

/** The class of a platform exception by its full name; the same class every time. */
export function exceptionClass(fullName: string): typeof ApexException {
  const known = platformExceptions.get(fullName);
  if (known) return known;
  const created = class extends ApexException {
    static override readonly apexName = fullName;
  };
  platformExceptions.set(fullName, created);
  return created;
}

/** Makes an exception of the platform, for those who attach something to it before they throw it. */
export function createApexException(
  fullName: string,
  message: string | null,
  cause: ApexException | null = null,
): ApexException {
  const exception = new (exceptionClass(fullName))();
  exception.message = message;
  exception.cause = cause;
  exception.frames = apexFrames();
  return exception;
}

/** Throws an exception of the platform: `throwApex('System.MathException', 'Divide by 0')`. */
export function throwApex(fullName: string, message: string, cause: ApexException | null = null): never {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- An Apex exception must not be an Error: see ApexException.
  throw createApexException(fullName, message, cause);
}

/** The exception of a call on null. */
export function throwNullReference(): never {
  return throwApex('System.NullPointerException', 'Attempt to de-reference a null object');
}

/** Refuses null for an argument that must be there; counts arguments from 1, as the message does. */
export function requireArgument<T>(value: T | null, position: number): T {
  return value ?? throwApex('System.NullPointerException', `Argument ${position} cannot be null`);
}
