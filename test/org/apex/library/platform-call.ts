import { ApexException } from '../runtime/values/apex-exception.ts';
import { type MethodEntry, type PlatformDeclaration } from './declare.ts';
import { type Signature, type TypeText } from './signature.ts';

type Members = PlatformDeclaration['methods'];

/** Calls a declared type's functions by their signatures, as compiled code would after choosing the overload; for tests. */
export function platformCall(declaration: PlatformDeclaration) {
  const call = (members: Members, text: string, args: readonly unknown[]): unknown => {
    const member = members.find(({ signature }) => textOf(signature) === text);
    if (!member) throw new Error(`${declaration.name} has no ${text}.`);
    return run(member.entry, args);
  };
  return {
    on: (self: unknown, text: string, ...args: readonly unknown[]) => call(declaration.methods, text, [self, ...args]),
    statically: (text: string, ...args: readonly unknown[]) => call(declaration.statics, text, args),
    make: (parameters: string, ...args: readonly unknown[]) => {
      const found = declaration.constructors.find((each) => parametersText(each.parameters) === parameters);
      if (!found) throw new Error(`${declaration.name} has no constructor ${parameters}.`);
      return run(found.call, args);
    },
  };
}

/** What the work throws in Apex, as debug output shows it; a failure of any other kind stays one. */
export function thrownBy(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ApexException) return error.toApexString();
    throw error;
  }
  return 'nothing';
}

function run(entry: MethodEntry, args: readonly unknown[]): unknown {
  const implementation = typeof entry === 'function' ? entry : entry.call;
  return implementation(...(args as never[]));
}

function textOf({ name, parameters }: Signature): string {
  return `${name}${parametersText(parameters)}`;
}

function parametersText(parameters: readonly TypeText[]): string {
  return `(${parameters.map(typeText).join(', ')})`;
}

function typeText({ name, arguments: inner }: TypeText): string {
  return inner.length === 0 ? name : `${name}<${inner.map(typeText).join(', ')}>`;
}
