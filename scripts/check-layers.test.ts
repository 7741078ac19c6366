import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkLayers, importsOf, layerFault } from './check-layers.ts';

describe('importsOf', () => {
  it.each([
    ["import { a } from './a.ts';", false],
    ["import type { A } from './a.ts';", true],
    ["import { type A, type B } from './a.ts';", true],
    ["import { type A, b } from './a.ts';", false],
    ["import a from './a.ts';", false],
    ["import * as a from './a.ts';", false],
    ["import './a.ts';", false],
    ["export { a } from './a.ts';", false],
    ["export type { A } from './a.ts';", true],
    ["const a = await import('./a.ts');", false],
    ["type A = import('./a.ts').A;", true],
    ["import {\n  type A,\n  type B,\n} from './a.ts';", true],
  ])('reads %j', (text, isTypeOnly) => {
    expect(importsOf('x.ts', text)).toEqual([{ from: './a.ts', line: text.split('\n').length, isTypeOnly }]);
  });

  it('is not taken in by comments and texts', () => {
    expect(importsOf('x.ts', "// import './a.ts'\nconst text = \"import './b.ts'\";")).toEqual([]);
  });
});

describe('layerFault', () => {
  const fault = (file: string, from: string, isTypeOnly = false): string | null =>
    layerFault(`relay/src/${file}`, { from, line: 1, isTypeOnly });

  it.each([
    ['http/sync-route.ts', '../sync/exchange.ts', false],
    ['jobs/handlers.ts', '../sync/unit.ts', false],
    ['forward/forwarder.ts', '../http/problem-answer.ts', false],
    ['store/postgres-store.ts', '../sync/unit.ts', false],
    ['store/postgres-store.ts', '../errors.ts', false],
    ['store/postgres-store.ts', 'pg', false],
    ['sync/to-dynamics.ts', '../dynamics/connector.ts', true],
    ['sync/to-dynamics.ts', '../store/store.ts', true],
    ['sync/lines/plan.ts', '../merge.ts', false],
    ['sync/formula.ts', 'sformula', false],
    ['sync/configuration.ts', '../../../contracts/schemas/configuration.v1.schema.json', false],
    ['dynamics/finance-operations/connector.ts', '../odata/client.ts', false],
    ['http/server.ts', '../telemetry/logger.ts', true],
    ['app.ts', './store/postgres-store.ts', false],
    ['main.ts', './app.ts', false],
  ])('lets %s import %s', (file, from, isTypeOnly) => {
    expect(fault(file, from, isTypeOnly)).toBeNull();
  });

  it.each([
    ['sync/to-dynamics.ts', '../dynamics/connector.ts', false, 'only its types'],
    ['sync/to-dynamics.ts', '../store/postgres-store.ts', true, 'only types of its port'],
    ['sync/to-dynamics.ts', '../http/route.ts', true, 'may not import'],
    ['sync/to-dynamics.ts', 'node:fs', false, 'sync is pure'],
    ['sync/to-dynamics.ts', 'undici', false, 'sync is pure'],
    ['dynamics/odata/client.ts', '../../store/store.ts', false, 'only its types'],
    ['salesforce/reader.ts', '../dynamics/odata/client.ts', false, 'may not import'],
    ['store/postgres-store.ts', '../salesforce/session.ts', true, 'may not import'],
    ['http/server.ts', '../store/postgres-store.ts', false, 'may not import'],
    ['http/server.ts', '../forward/forwarder.ts', false, 'may not import'],
    ['http/server.ts', '../app.ts', false, 'nothing below relay/src imports app.ts'],
    ['sync/to-dynamics.ts', '../config.ts', true, 'nothing below relay/src imports config.ts'],
    ['store/postgres-store.ts', '../../../test/support/postgres.ts', true, 'the product never imports test/'],
    ['app.ts', '../../scripts/check.ts', false, 'the product never imports scripts/'],
    ['gossip/chat.ts', '../sync/unit.ts', false, 'has no place'],
  ])('refuses that %s imports %s', (file, from, isTypeOnly, told) => {
    expect(fault(file, from, isTypeOnly)).toContain(told);
  });
});

describe('checkLayers', () => {
  const project = mkdtempSync(path.join(tmpdir(), 'causeway-layers-'));
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it('tells file and line of a fault, and leaves tests alone', () => {
    mkdirSync(path.join(project, 'relay/src/sync/deep'), { recursive: true });
    const text = "import { fault } from '../../errors.ts';\nimport { readFile } from 'node:fs/promises';\n";
    writeFileSync(path.join(project, 'relay/src/sync/deep/plan.ts'), text);
    writeFileSync(path.join(project, 'relay/src/sync/deep/plan.test.ts'), text);

    expect(checkLayers(project)).toEqual([
      'relay/src/sync/deep/plan.ts:2: sync is pure: it may not import node:fs/promises',
    ]);
  });

  it('finds no fault in this project', () => {
    expect(checkLayers(fileURLToPath(new URL('..', import.meta.url)))).toEqual([]);
  });
});
