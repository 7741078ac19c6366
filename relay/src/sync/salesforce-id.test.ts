import { describe, expect, it } from '@jest/globals';
import { isOrganizationId, toLongId } from './salesforce-id.ts';

describe('toLongId', () => {
  it('completes an id of 15 characters with the suffix that Salesforce computes', () => {
    expect(toLongId('001A0000006Vm9u')).toBe('001A0000006Vm9uIAC');
    expect(toLongId('00D000000000062')).toBe('00D000000000062EAA');
  });

  it('leaves an id of 18 characters as it is', () => {
    expect(toLongId('001A0000006Vm9uIAC')).toBe('001A0000006Vm9uIAC');
  });

  it.each(['', '001', '001A0000006Vm9uIAA', '001A0000006Vm9uIA', "001A0000006Vm9u' OR", 'ä01A0000006Vm9u'])(
    'answers null for %p, which is no id',
    (text) => {
      expect(toLongId(text)).toBeNull();
    },
  );
});

describe('isOrganizationId', () => {
  it('accepts only ids of organizations', () => {
    expect(isOrganizationId('00D000000000062EAA')).toBe(true);
    expect(isOrganizationId('001A0000006Vm9uIAC')).toBe(false);
  });
});
