import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkAreas } from './areas.ts';

let project: string;

beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'causeway-areas-'));
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

function write(area: string, file: string, text: string): void {
  const folder = path.join(project, 'force-app/main', area, file.endsWith('.cls') ? 'classes' : 'triggers');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, file), text);
}

describe('checkAreas', () => {
  it('lets an area name what it stands on', () => {
    write('core', 'Clock.cls', 'public class Clock {}');
    write('sync', 'Sweep.cls', 'public class Sweep { Clock clock = new Clock(); }');

    expect(checkAreas(project)).toEqual([]);
  });

  it('tells where a class or a trigger names what stands on it', () => {
    write('sync', 'Sweep.cls', 'public class Sweep {}');
    write('core', 'Clock.cls', 'public class Clock {\n  void tick() { Sweep.run(); }\n}');
    write('core', 'OnTick.trigger', 'trigger OnTick on Account (after insert) { new Sweep(); }');

    expect(checkAreas(project)).toEqual([
      'force-app/main/core/classes/Clock.cls:2: core may not name Sweep of sync',
      'force-app/main/core/triggers/OnTick.trigger:1: core may not name Sweep of sync',
    ]);
  });

  it('is not taken in by comments, texts and members of the same name', () => {
    write('sync', 'Sweep.cls', 'public class Sweep {}');
    write(
      'core',
      'Clock.cls',
      "public class Clock {\n  // Sweep\n  /* Sweep */ String said = 'Sweep';\n  Object o = this.Sweep;\n}",
    );

    expect(checkAreas(project)).toEqual([]);
  });

  it('asks for a place for an area that it does not know', () => {
    write('gossip', 'Chat.cls', 'public class Chat {}');

    expect(checkAreas(project)).toEqual([expect.stringContaining('the area gossip has no place')]);
  });

  it('finds no fault in this project', () => {
    expect(checkAreas(fileURLToPath(new URL('../..', import.meta.url)))).toEqual([]);
  });
});
