import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cached } from './cache.ts';
import { renderCatalogue } from './error-catalogue.ts';
import { readDataFlow } from './graph-engine.ts';
import { runJava } from './java.ts';
import { readViolations } from './pmd.ts';
import { readIssues } from './semantics.ts';

const LABELS = `<CustomLabels xmlns="x"><labels><fullName>Sync_Now</fullName><categories>Sync</categories><shortDescription>d</shortDescription><value>Sync &amp; go</value></labels><labels><fullName>Error_OLD</fullName><categories>Errors</categories><shortDescription>d</shortDescription><value>v</value></labels></CustomLabels>`;

describe('reports', () => {
  it('of the semantic checker become lines', () => {
    const report = { files: [{ path: '/p/A.cls', messages: [{ start: { line: 3 }, message: 'Unknown' }] }] };

    expect(readIssues('/p', JSON.stringify(report))).toEqual(['A.cls:3: Unknown']);
  });

  it('of PMD become lines, and what it cannot read is a fault', () => {
    const report = {
      violations: [{ rule: 'R', message: 'Bad', codeLocation: { file: '/p/A.cls', startLine: 2 } }],
      processingErrors: [{ file: '/p/B.cls', message: 'boom' }],
    };

    expect(readViolations('/p', JSON.stringify(report))).toEqual([
      'A.cls:2: Bad (R)',
      'B.cls:1: PMD cannot read it: boom',
    ]);
  });

  it('of the Graph Engine leave out only what has a reason', () => {
    const violation = {
      sinkFileName: '/p/S.cls',
      sinkLineNumber: 9,
      message: 'missing on [SyncStatus__c] with field(s) [X]',
    };
    const report = [
      { ...violation, sourceType: 'SyncStatusController' },
      { ...violation, sourceType: 'OtherController' },
      { ...violation, sourceType: 'SyncStatusController', message: 'missing on [Account]' },
    ];

    expect(readDataFlow('/p', JSON.stringify(report))).toEqual([
      'S.cls:9: reached from OtherController: missing on [SyncStatus__c] with field(s) [X]',
      'S.cls:9: reached from SyncStatusController: missing on [Account]',
    ]);
  });
});

describe('the error catalogue', () => {
  it('says in Apex and labels what the contract says, and keeps the labels that people wrote', () => {
    const codes = { BUSY: { outcome: null, owner: 'nobody', text: 'Too <much>.', fix: 'Wait.' } };

    const files = renderCatalogue(codes, LABELS);

    const [members, catalogue, labels] = [...files.values()];
    expect(members).toContain('public enum SyncErrorCode {\n    BUSY\n}');
    expect(catalogue).toContain("return new Explanation(null, 'nobody', Label.Error_BUSY, Label.Fix_BUSY);");
    expect(labels).toContain('<value>Too &lt;much&gt;.</value>');
    expect(labels).toContain('<value>Sync &amp; go</value>');
    expect(labels).not.toContain('Error_OLD');
    expect(renderCatalogue(codes, labels ?? '').get([...files.keys()][2] ?? '')).toBe(labels);
  });
});

describe('the cache', () => {
  let project = '';
  beforeEach(() => {
    project = mkdtempSync(path.join(tmpdir(), 'causeway-cache-'));
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  it('asks again only when the input changed', async () => {
    let runs = 0;
    const check = async (): Promise<string[]> => [`run ${String((runs += 1))}`];

    const first = await cached(project, { name: 'pmd', hash: 'a' }, check);
    const again = await cached(project, { name: 'pmd', hash: 'a' }, check);
    const changed = await cached(project, { name: 'pmd', hash: 'b' }, check);

    expect([first, again, changed]).toEqual([['run 1'], ['run 1'], ['run 2']]);
  });

  it('does not remember a check that could not run', async () => {
    const broken = async (): Promise<string[]> => Promise.reject(new Error('no Java'));

    await expect(cached(project, { name: 'pmd', hash: 'a' }, broken)).rejects.toThrow('no Java');
    await expect(cached(project, { name: 'pmd', hash: 'a' }, async () => [])).resolves.toEqual([]);
  });
});

describe('Java', () => {
  const home = process.env['JAVA_HOME'];
  afterEach(() => {
    if (home === undefined) delete process.env['JAVA_HOME'];
    else process.env['JAVA_HOME'] = home;
  });

  it('that is not there is told with the way to install it', async () => {
    process.env['JAVA_HOME'] = path.join(tmpdir(), 'no-java-here');

    await expect(runJava(['-version'])).rejects.toThrow('apt-get install openjdk-17-jre-headless');
  });

  it('that is there is run to its end', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'causeway-java-'));
    mkdirSync(path.join(folder, 'bin'));
    writeFileSync(path.join(folder, 'bin', 'java'), '#!/bin/sh\necho out; echo err >&2; exit 3\n', { mode: 0o755 });
    process.env['JAVA_HOME'] = folder;

    const result = await runJava([]);

    expect(result).toEqual({ code: 3, output: 'out\n', errors: 'err\n' });
    rmSync(folder, { recursive: true, force: true });
  });
});
