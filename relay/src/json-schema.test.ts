import { describe, expect, it } from '@jest/globals';
import { compileSchema } from './json-schema.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { $ref: '#/$defs/text', description: 'The name.' },
    lines: {
      type: 'array',
      items: { type: 'object', properties: { amount: { type: 'string', description: 'Decimal text.' } } },
    },
  },
  $defs: { text: { type: 'string', minLength: 2 } },
};

describe('compileSchema', () => {
  it('answers nothing for a document that follows the schema', () => {
    expect(compileSchema(schema, { all: true })({ name: 'ab', lines: [{ amount: '1.5' }] })).toEqual([]);
  });

  it('tells every fault with its path and what belongs there, and no value of the document', () => {
    const faults = compileSchema(schema, { all: true })({ name: 'S', lines: [{}, { amount: 4711 }], extra: 'PLANTED' });

    expect(faults).toEqual([
      { path: '', problem: 'must not have the member "extra"', expected: null },
      { path: 'name', problem: 'must have at least 2 characters', expected: 'The name.' },
      { path: 'lines[1].amount', problem: 'must be a text', expected: 'Decimal text.' },
    ]);
  });

  it('names what is missing', () => {
    expect(compileSchema(schema, { all: true })({})).toEqual([
      { path: '', problem: 'must have the member "name"', expected: 'The name.' },
    ]);
  });

  it('stops at the first fault where it is not asked for all', () => {
    expect(compileSchema(schema, { all: false })({ lines: [{ amount: 1 }, { amount: 2 }] })).toHaveLength(1);
  });

  it.each<[string, object, unknown, string]>([
    ['too few entries', { type: 'array', minItems: 1 }, [], 'must have at least 1 entry'],
    ['too many entries', { type: 'array', maxItems: 2 }, [1, 2, 3], 'must have at most 2 entries'],
    ['the same entry twice', { type: 'array', uniqueItems: true }, [1, 1], 'must not have the same entry twice'],
    ['too few members', { type: 'object', minProperties: 1 }, {}, 'must have at least 1 member'],
    ['a text that is too long', { type: 'string', maxLength: 1 }, 'ab', 'must have at most 1 character'],
    ['a number that is too small', { type: 'number', minimum: 3 }, 2, 'must be 3 or more'],
    ['a number that is too large', { type: 'number', maximum: 3 }, 4, 'must be 3 or less'],
    ['a text of another form', { type: 'string', pattern: '^a$' }, 'b', 'must be written as ^a$ says'],
    ['one of two types', { type: ['string', 'null'] }, 1, 'must be a text or null'],
    ['no instant', { type: 'string', format: 'date-time' }, 'x', 'must be an instant like 2026-11-23T10:00:00Z'],
  ])('says in plain words what is wrong: %s', (_case, wanted, value, words) => {
    expect(compileSchema(wanted, { all: false })(value)).toMatchObject([{ problem: words }]);
  });
});
