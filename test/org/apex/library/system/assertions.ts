import { throwApex } from '../../runtime/values/apex-exception.ts';
import { equalsValue } from '../../runtime/values/equality.ts';
import { toApexString } from '../../runtime/values/text.ts';

/** Ends the test: `Assertion Failed: the message: Expected: 1, Actual: 2`. */
export function failAssertion(message: unknown, ...details: readonly string[]): never {
  const parts = [
    'Assertion Failed',
    ...(message === null || message === undefined ? [] : [toApexString(message)]),
    ...details,
  ];
  return throwApex('System.AssertException', parts.join(': '));
}

export function assertEqual(expected: unknown, actual: unknown, message: unknown = null): void {
  if (!areEqual(expected, actual))
    failAssertion(message, `Expected: ${toApexString(expected)}, Actual: ${toApexString(actual)}`);
}

export function assertNotEqual(unexpected: unknown, actual: unknown, message: unknown = null): void {
  if (areEqual(unexpected, actual)) failAssertion(message, `Same value: ${toApexString(unexpected)}`);
}

/** As `==`, but text is compared with its case. */
function areEqual(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' ? a === b : equalsValue(a, b);
}
