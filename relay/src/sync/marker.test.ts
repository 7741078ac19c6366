import { expect, test } from '@jest/globals';
import { aUnit } from '../../../test/support/mapping-builders.ts';
import { unitMarker } from './marker.ts';

test('a unit has the same marker for ever, 35 characters long', () => {
  expect(unitMarker(aUnit())).toBe('cw-0ace038def67d4d12ab4d4758f68a4f0');
  expect(unitMarker(aUnit())).toHaveLength(35);
});

test('every part of the unit makes another marker', () => {
  const markers = [
    aUnit(),
    aUnit({ org: '00D000000000002AAA' }),
    aUnit({ recordId: '001000000000002AAA' }),
    aUnit({ mapping: 'Other' }),
    aUnit({ connection: 'fabrikam' }),
    aUnit({ company: 'gbsi' }),
  ].map(unitMarker);

  expect(new Set(markers).size).toBe(6);
});
