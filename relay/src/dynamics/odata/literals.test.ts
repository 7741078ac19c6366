import { describe, expect, it } from '@jest/globals';
import type { EntityDescription, EntityField, FieldType, Values } from '../connector.ts';
import { keyPredicate, keyText, literal, parseKeyText } from './literals.ts';

const NAMESPACE = 'Microsoft.Dynamics.DataEntities';

function anEntity(key: Record<string, FieldType>): EntityDescription {
  const fields = Object.entries(key).map(([name, type]): [string, EntityField] => [name, { name, type, isKey: true }]);
  return {
    entitySet: 'Things',
    entityType: `${NAMESPACE}.Thing`,
    key: Object.keys(key),
    companyField: 'dataAreaId' in key ? 'dataAreaId' : null,
    fields: new Map(fields),
    navigation: new Map(),
    modifiedField: null,
  };
}

const STRING: FieldType = { kind: 'string', maxLength: null };
const field = (type: FieldType): EntityField => ({ name: 'Field', type, isKey: false });
const everyKind = anEntity({
  dataAreaId: STRING,
  Number: STRING,
  On: { kind: 'dateTime' },
  Line: { kind: 'decimal' },
  Record: { kind: 'integer', bits: 64 },
  Type: { kind: 'enum', name: 'NoYes', members: ['No', 'Yes'] },
});
const key: Values = {
  dataAreaId: 'USMF',
  Number: "O'Ne,il=1",
  On: '2024-01-31',
  Line: '1.5',
  Record: '5637144576',
  Type: 'Yes',
};

describe('literal', () => {
  it.each([
    [STRING, "it's", "'it''s'"],
    [STRING, null, "''"],
    [{ kind: 'decimal' }, '10.50', '10.50'],
    [{ kind: 'dateTime' }, '2024-01-31', '2024-01-31T12:00:00Z'],
    [{ kind: 'guid' }, '6F9619FF-8B86-D011-B42D-00C04FC964FF', '6F9619FF-8B86-D011-B42D-00C04FC964FF'],
    [{ kind: 'enum', name: 'NoYes', members: ['No', 'Yes'] }, 'Yes', `${NAMESPACE}.NoYes'Yes'`],
  ] satisfies [FieldType, string | null, string][])('writes %o of %o as %s', (type, value, text) => {
    expect(literal(value, field(type), NAMESPACE)).toBe(text);
  });

  it.each([
    [{ kind: 'integer', bits: 64 }, '1 or 1 eq 1'],
    [{ kind: 'decimal' }, '1) or (1 eq 1'],
    [{ kind: 'dateTime' }, "2024-01-01' or '1' eq '1"],
    [{ kind: 'guid' }, 'x'],
    [{ kind: 'enum', name: 'NoYes', members: ['No'] }, "No' or 1 eq 1"],
  ] satisfies [FieldType, string][])('lets nothing unquoted through for %o', (type, value) => {
    expect(() => literal(value, field(type), NAMESPACE)).toThrow(expect.objectContaining({ field: 'Field' }));
  });
});

describe('keyText', () => {
  it('names all key fields in the order of the metadata, the company in lower case', () => {
    expect(keyText(everyKind, key)).toBe(
      `dataAreaId='usmf',Number='O''Ne,il=1',On=2024-01-31T12:00:00Z,Line=1.5,Record=5637144576,Type=${NAMESPACE}.NoYes'Yes'`,
    );
  });

  it('is read back by parseKeyText', () => {
    expect(parseKeyText(everyKind, keyText(everyKind, key))).toEqual({ ...key, dataAreaId: 'usmf' });
  });

  it('tells apart keys whose parts could run together', () => {
    const two = anEntity({ A: STRING, B: STRING });

    expect(keyText(two, { A: "x',B='y", B: 'z' })).not.toBe(keyText(two, { A: 'x', B: "y',B='z" }));
  });

  it('refuses a key with a part missing', () => {
    expect(() => keyText(everyKind, { dataAreaId: 'usmf' })).toThrow(
      expect.objectContaining({ code: 'MAPPING_INVALID', field: 'Number' }),
    );
  });
});

describe('parseKeyText', () => {
  it.each(['', "A='x'", "A='x',B='y',C='z'", "A='x',A='y'", "A='x',B='y", 'nonsense', "A='x' or 1 eq 1,B='y'"])(
    'refuses %o',
    (text) => {
      expect(() => parseKeyText(anEntity({ A: STRING, B: STRING }), text)).toThrow(
        expect.objectContaining({ code: 'MAPPING_INVALID' }),
      );
    },
  );
});

describe('keyPredicate', () => {
  it('encodes what a URL would take for its own', () => {
    expect(keyPredicate(anEntity({ Number: STRING }), { Number: "a/b?c#d&e 'f%" })).toBe(
      "(Number='a%2Fb%3Fc%23d%26e%20''f%25')",
    );
  });
});
