import { describe, expect, test } from '@jest/globals';
import { apexUnderTest, FIXTURES } from '../apex.test-support.ts';

/** Tests written in Apex: a scratch org with this folder and test/org/fixtures can run the very same ones. */
describe('what the local org holds itself to', () => {
  const apex = apexUnderTest({ sources: [FIXTURES, import.meta.dirname] });
  const results = apex.runTests('');

  test.each(results.map((result) => [`${result.className}.${result.method}`, result.failure] as const))(
    '%s',
    (_name, failure) => {
      expect(failure).toBeNull();
    },
  );

  test('is not nothing', () => {
    expect(results.length).toBeGreaterThan(30);
  });
});
