import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import errorCodes from '../../contracts/error-codes.json' with { type: 'json' };
import settingsSchema from '../../contracts/schemas/settings.v1.schema.json' with { type: 'json' };
import { compileSchema } from '../../relay/src/json-schema.ts';
import { createMetrics } from '../../relay/src/telemetry/metrics.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const DOCUMENTS = [
  ...readdirSync(PROJECT).filter((name) => name.endsWith('.md')),
  ...readdirSync(path.join(PROJECT, 'docs')).map((name) => `docs/${name}`),
];

type Code = { readonly outcome: string | null; readonly status?: number; readonly owner: string } & Record<
  'text' | 'fix',
  string
>;
const codes = Object.entries(errorCodes as Readonly<Record<string, Code>>);

function read(file: string): string {
  return readFileSync(path.join(PROJECT, file), 'utf8');
}

/** The rows of all tables, cells trimmed, so that the columns may be aligned as the formatter likes. */
function rowsOf(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** The names in backticks that begin a row. */
function firstCells(text: string): string[] {
  return rowsOf(text).flatMap(([cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

function section(file: string, heading: string): string {
  return read(file).split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
}

/** The settings that the relay asks its environment for. */
function environmentNames(): string[] {
  const names = [...read('relay/src/config.ts').matchAll(/setting\(reader, '([A-Z_]+)'\)/g)].map(
    ([, name = '']) => name,
  );
  return [...new Set(names)].toSorted();
}

describe('docs/errors.md', () => {
  it.each(codes)('explains %s as error-codes.json does', (code, { outcome, status, owner, text, fix }) => {
    const written = rowsOf(read('docs/errors.md')).filter(([cell]) => cell === `\`${code}\``);

    const inHtml = (sentence: string): string => sentence.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    expect(written).toEqual([[`\`${code}\``, outcome ?? '–', String(status ?? '–'), owner, inHtml(text), inHtml(fix)]]);
  });

  it('names no code that does not exist', () => {
    const known = new Set(codes.map(([code]) => code));

    expect(firstCells(read('docs/errors.md')).filter((code) => !known.has(code))).toEqual([]);
  });
});

describe('docs/operations.md', () => {
  const text = read('docs/operations.md');

  it('explains every setting that the relay reads, and no other', () => {
    const explained = firstCells(section('docs/operations.md', 'Settings'));

    expect(environmentNames().length).toBeGreaterThan(8);
    expect(explained.filter((name) => /^[A-Z_]+$/.test(name)).toSorted()).toEqual(environmentNames());
  });

  it('shows a configuration file that the relay takes and that allows what the packaged mappings need', () => {
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '') as Example;
    const allowed = example.connections[0]?.allowed ?? {};

    expect(compileSchema(settingsSchema, { all: true })(example)).toEqual([]);
    for (const { entitySet, verbs } of neededAccess()) {
      expect({ entitySet, verbs: allowed[entitySet]?.sync }).toEqual({
        entitySet,
        verbs: expect.arrayContaining(verbs),
      });
    }
  });

  it('explains every metric of the relay', async () => {
    const exported = await createMetrics().text();
    const names = [...exported.matchAll(/^# HELP (causeway_\w+)/gm)].map(([, name]) => name);

    expect(names.length).toBeGreaterThan(5);
    expect(firstCells(section('docs/operations.md', 'Watching it')).toSorted()).toEqual(names.toSorted());
  });

  it.each(['blocked', 'deferred'])('says what to do for every code that ends in %s', (outcome) => {
    const wanted = codes.filter(([, code]) => code.outcome === outcome).map(([code]) => code);

    const explained = new Set(firstCells(section('docs/operations.md', 'What to do when')));
    expect(wanted.filter((code) => !explained.has(code))).toEqual([]);
  });
});

type Example = {
  readonly connections: readonly {
    readonly allowed: Readonly<Record<string, { readonly sync?: readonly string[] } | undefined>>;
  }[];
};
type MappingRecord = Readonly<Record<'EntitySet__c' | 'Direction__c' | 'DeletePolicy__c', string>> & {
  readonly ParentMapping__c?: string;
  readonly Options__c?: string;
};

/** What the demo's mappings, copies of the packaged templates, ask of an environment. */
function neededAccess(): { entitySet: string; verbs: string[] }[] {
  const document = JSON.parse(read('contracts/fixtures/configuration.json')) as {
    records: { EntityMapping__mdt: MappingRecord[] };
  };
  return document.records.EntityMapping__mdt.flatMap((mapping) => {
    const isWritten = mapping.Direction__c !== 'ToSalesforce';
    const isLine = mapping.ParentMapping__c !== undefined;
    const removes = isLine && isWritten && mapping.DeletePolicy__c === 'Deactivate';
    const { only } = JSON.parse(mapping.Options__c ?? '{}') as { only?: { entitySet: string } };
    return [
      {
        entitySet: mapping.EntitySet__c,
        verbs: ['read', ...(isWritten ? ['create', 'update'] : []), ...(removes ? ['delete'] : [])],
      },
      ...(only === undefined ? [] : [{ entitySet: only.entitySet, verbs: ['read'] }]),
    ];
  });
}

describe('.env.example', () => {
  it('names every setting that the relay reads', () => {
    const named = [...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);

    expect(named.toSorted()).toEqual(environmentNames());
  });
});

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md');

  it('names only files that exist', () => {
    const names = [...text.matchAll(/`((?:relay|test|scripts|contracts|force-app|unpackaged|docs)\/[\w./-]+)`/g)];
    const files = names.map(([, file = '']) => file);

    expect(files.length).toBeGreaterThan(40);
    expect(files.filter((file) => !existsSync(path.join(PROJECT, file)))).toEqual([]);
  });

  it('names files without a folder only where there is one of that name', () => {
    const relay = readdirSync(path.join(PROJECT, 'relay/src'), { recursive: true, encoding: 'utf8' });
    const known = new Set([...relay.map((file) => path.basename(file)), 'eslint.config.mjs']);
    const names = [...text.matchAll(/`([\w.-]+\.(?:ts|mjs))`/g)].map(([, file = '']) => file);

    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((file) => !known.has(file))).toEqual([]);
  });

  it('explains every outcome', () => {
    const explained = firstCells(section('ARCHITECTURE.md', 'Outcomes'));
    const outcomes = new Set(codes.flatMap(([, { outcome }]) => outcome ?? []));

    expect([...outcomes].filter((outcome) => !explained.includes(outcome))).toEqual([]);
  });
});

describe('links between documents', () => {
  it.each(DOCUMENTS)('of %s lead to files and headings that exist', (document) => {
    const links = [...read(document).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = '']) => link);

    expect(links.filter((link) => !leadsSomewhere(document, link))).toEqual([]);
  });
});

function leadsSomewhere(document: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? document : path.join(path.dirname(document), file);
  if (!existsSync(path.join(PROJECT, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

/** The anchors that GitHub gives a document's headings. */
function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
