import { currentProgram } from '../../program.ts';
import { typeName } from '../../types.ts';
import { type ApexTypeToken } from '../../runtime/values/apex-type-token.ts';
import { requireArgument } from '../../runtime/values/apex-exception.ts';
import { apexTypeOf } from '../../runtime/values/type-of.ts';
import { type Implementation, platformClass } from '../declare.ts';
import { assertEqual, assertNotEqual, failAssertion } from './assertions.ts';

type Text = string | null;

/** Both forms of an assertion: with and without a message as its last argument. */
function withMessage(name: string, parameters: string, call: Implementation): Record<string, Implementation> {
  return { [`void ${name}(${parameters})`]: call, [`void ${name}(${parameters}, String)`]: call };
}

export const assertClass = platformClass('Assert', {
  statics: {
    ...withMessage('areEqual', 'Object, Object', assertEqual),
    ...withMessage('areNotEqual', 'Object, Object', assertNotEqual),
    ...withMessage('isTrue', 'Boolean', (condition: boolean | null, message?: Text) => {
      if (condition !== true) failAssertion(message, `Expected: true, Actual: ${condition}`);
    }),
    ...withMessage('isFalse', 'Boolean', (condition: boolean | null, message?: Text) => {
      if (condition !== false) failAssertion(message, `Expected: false, Actual: ${condition}`);
    }),
    ...withMessage('isNull', 'Object', (value: unknown, message?: Text) => assertEqual(null, value, message)),
    ...withMessage('isNotNull', 'Object', (value: unknown, message?: Text) => assertNotEqual(null, value, message)),
    ...withMessage('isInstanceOfType', 'Object, Type', (value: unknown, type: ApexTypeToken, message?: Text) => {
      if (!isOfType(value, type)) failAssertion(message, `Expected type: ${type.name}, Actual type: ${nameOf(value)}`);
    }),
    ...withMessage('isNotInstanceOfType', 'Object, Type', (value: unknown, type: ApexTypeToken, message?: Text) => {
      if (isOfType(value, type))
        failAssertion(message, `Not expected type: ${type.name}, Actual type: ${nameOf(value)}`);
    }),
    'void fail()': () => failAssertion(null),
    'void fail(String)': (message: Text) => failAssertion(message),
  },
});

function isOfType(value: unknown, token: ApexTypeToken): boolean {
  return currentProgram().isInstance(value, requireArgument(token, 2).type);
}

function nameOf(value: unknown): string {
  return typeName(apexTypeOf(value));
}
