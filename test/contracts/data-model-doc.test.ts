import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildModel } from '../../scripts/metadata/model.ts';
import { readSource } from '../../scripts/metadata/source.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const model = buildModel(readSource(PROJECT, ['force-app']));

function read(path: string): string {
  return readFileSync(`${PROJECT}/${path}`, 'utf8');
}

/** The part of the data model that describes an object: from its heading to the next. */
function sectionOf(object: string): string {
  return read('docs/data-model.md').split(`### ${object}\n`)[1]?.split('\n## ')[0]?.split('\n### ')[0] ?? '';
}

describe('docs/data-model.md', () => {
  it.each([...model.fields.keys()])('names every field of %s', (object) => {
    const section = sectionOf(object);
    const fields = [...(model.fields.get(object)?.keys() ?? [])];

    expect(fields.filter((field) => !section.includes(`| \`${field}\``))).toEqual([]);
  });

  it('names every table of the relay', () => {
    const migrations = readdirSync(`${PROJECT}/relay/src/store/migrations`).map((file) =>
      read(`relay/src/store/migrations/${file}`),
    );
    const all = migrations.join('\n');
    const dropped = [...all.matchAll(/drop table causeway\.(\w+)/gi)].map(([, name]) => name);
    const tables = [...all.matchAll(/create table causeway\.(\w+)/gi)]
      .map(([, name]) => name ?? '')
      .filter((table) => !dropped.includes(table));

    expect(tables.length).toBeGreaterThan(5);
    expect(tables.filter((table) => !read('docs/data-model.md').includes(`\`${table}\``))).toEqual([]);
  });

  it('names every schema of the contract', () => {
    const schemas = readdirSync(`${PROJECT}/contracts/schemas`).map((file) => file.replace('.schema.json', ''));

    expect(schemas.filter((schema) => !read('docs/data-model.md').includes(schema))).toEqual([]);
  });
});

describe('docs/mapping.md', () => {
  it.each(['entity-mapping-options', 'field-mapping-options', 'company-route-options'])(
    'explains every option of %s',
    (name) => {
      const schema = JSON.parse(read(`contracts/schemas/${name}.v1.schema.json`)) as { properties: object };
      const text = read('docs/mapping.md');

      expect(Object.keys(schema.properties).filter((option) => !text.includes(`| \`${option}\``))).toEqual([]);
    },
  );

  it('gives examples of options that follow their schema', () => {
    const examples = [...read('docs/mapping.md').matchAll(/^\| `\w+`\s*\| `([[{].*?[\]}])`\s*\|/gm)].map(
      ([, json]) => json ?? '',
    );

    expect(examples.length).toBeGreaterThan(12);
    for (const example of examples) expect(() => JSON.parse(example) as unknown).not.toThrow();
  });
});
