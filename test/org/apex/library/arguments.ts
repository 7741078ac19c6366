import { requireArgument } from '../runtime/values/apex-exception.ts';

/** A method that refuses null for any of its arguments, as most of the platform's do; the object itself is never null. */
function strictMethod<Self, Args extends readonly unknown[], Result>(
  call: (self: Self, ...args: Args) => Result,
): (self: Self, ...args: Args) => Result {
  return (self, ...args) => {
    refuseNulls(args);
    return call(self, ...args);
  };
}

/** A static method that refuses null for any of its arguments. */
export function strictStatic<Args extends readonly unknown[], Result>(
  call: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    refuseNulls(args);
    return call(...args);
  };
}

/** All methods of a group made strict. */
export function strictMethods<Methods extends Readonly<Record<string, (self: never, ...args: never[]) => unknown>>>(
  methods: Methods,
): Methods {
  const strict = Object.entries(methods).map(([signature, call]) => [signature, strictMethod(call)] as const);
  return Object.fromEntries(strict) as Methods;
}

function refuseNulls(args: readonly unknown[]): void {
  args.forEach((argument, index) => requireArgument(argument, index + 1));
}
