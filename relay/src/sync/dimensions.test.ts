import { expect, test } from '@jest/globals';
import { composeDimensions } from './dimensions.ts';
import { aField } from '../../../test/support/mapping-builders.ts';

const format = { segments: ['BusinessUnit', 'CostCenter', 'Department'], delimiter: '-' };
const dimension = (name: string, blankHandling: 'Send' | 'Keep' = 'Send') =>
  aField({ name, kind: 'Dimension', dynamicsField: 'Dimensions', options: { dimension: name }, blankHandling });
const center = dimension('CostCenter');
const unit = dimension('BusinessUnit');

test('segments stand in the order of the environment, blank ones kept', () => {
  const composed = composeDimensions([center, unit], { CostCenter: '014', BusinessUnit: '001' }, format);

  expect(composed).toMatchObject({ value: '001-014-', faults: [] });
});

test('all blank is blank', () => {
  expect(composeDimensions([center, unit], { CostCenter: null, BusinessUnit: ' ' }, format).value).toBeNull();
});

test('a delimiter or backslash inside a value is escaped', () => {
  const composed = composeDimensions([center, unit], { CostCenter: 'US-1\\2', BusinessUnit: null }, format);

  expect(composed.value).toBe('-US\\-1\\\\2-');
});

test('a dimension that the format does not have is refused, naming those it has', () => {
  const composed = composeDimensions([dimension('Region'), unit], {}, format);

  expect(composed.faults).toMatchObject([
    {
      code: 'DIMENSION_INVALID',
      field: 'Dimensions',
      message:
        'Dimensions: the dimension "Region" is not in the format of the environment, which has BusinessUnit, CostCenter, Department.',
    },
  ]);
});

test('an environment without a format is refused', () => {
  expect(composeDimensions([unit], { BusinessUnit: '1' }, null).faults).toMatchObject([{ code: 'DIMENSION_INVALID' }]);
});

test('over what Dynamics holds, segments that Salesforce does not map keep their value', () => {
  const composed = composeDimensions([center], { CostCenter: '014' }, format);

  expect(composed.onto('001-013-US\\-7')).toBe('001-014-US\\-7');
});

test('a blank empties its segment, unless blanks are kept', () => {
  const values = { CostCenter: null };

  expect(composeDimensions([center], values, format).onto('001-013-7')).toBe('001--7');
  expect(composeDimensions([dimension('CostCenter', 'Keep')], values, format).onto('001-013-7')).toBe('001-013-7');
});

test('over nothing, the composed value stands alone', () => {
  const composed = composeDimensions([center], { CostCenter: '014' }, format);

  expect(composed.onto(null)).toBe('-014-');
});
