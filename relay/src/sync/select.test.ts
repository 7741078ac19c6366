import { expect, test } from '@jest/globals';
import { RelayError } from '../errors.ts';
import { aFormula, aMapping, aRecord } from '../../../test/support/mapping-builders.ts';
import { select } from './select.ts';

test('a mapping without criteria wants every record', () => {
  expect(select(aMapping(), aRecord())).toEqual({ wanted: true });
});

test('a record that meets the criteria is wanted', () => {
  const mapping = aMapping({ criteria: aFormula((fields) => fields['IsWon'] ?? null) });

  expect(select(mapping, aRecord({ IsWon: true }))).toEqual({ wanted: true });
});

test('a record that does not is told which criteria', () => {
  const mapping = aMapping({ criteria: { ...aFormula(() => false), source: 'IsWon' } });

  const selection = select(mapping, aRecord({ IsWon: false }));

  expect(selection).toMatchObject({
    wanted: false,
    fault: { code: 'NOT_WANTED', message: 'The criteria of Account_Thing do not hold for this record: IsWon' },
  });
});

test('criteria that fail are a fault, not a refusal', () => {
  const mapping = aMapping({
    criteria: aFormula(() => {
      throw new RelayError('FORMULA_FAILED', 'It divides by zero.');
    }),
  });

  expect(select(mapping, aRecord())).toMatchObject({
    wanted: false,
    fault: { code: 'FORMULA_FAILED', message: 'Criteria of Account_Thing: It divides by zero.' },
  });
});
