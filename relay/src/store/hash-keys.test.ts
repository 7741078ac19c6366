import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createMasterKeyFile, hashKeyOf, readMasterKey } from './hash-keys.ts';
import { sealWith } from './seal.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-keys-'));
  file = path.join(folder, 'keys', 'master.key');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function aMasterKey(fill: number) {
  return { bytes: Buffer.alloc(32, fill) };
}

describe('the master key file', () => {
  it('is made for its owner’s eyes only, with a key of 32 bytes', async () => {
    await createMasterKeyFile(file);

    expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
    expect((await readMasterKey(file)).bytes).toHaveLength(32);
  });

  it('is never replaced', async () => {
    await createMasterKeyFile(file);
    const before = await readFile(file, 'utf8');

    await expect(createMasterKeyFile(file)).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });

    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('that is missing is a wrong setting, told with how to make one', async () => {
    await expect(readMasterKey(file)).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringContaining('create-master-key'),
    });
  });

  it('that holds something else is refused without repeating it', async () => {
    const wrong = path.join(folder, 'wrong');
    await writeFile(wrong, 'planted-secret');

    const error = await readMasterKey(wrong).catch((caught: unknown) => caught);

    expect(error).toMatchObject({ code: 'SETTINGS_INVALID' });
    expect(String(error)).not.toContain('planted-secret');
  });
});

describe('hashKeyOf', () => {
  it('hashes the same for the same org and master key, and never the same for another', () => {
    const hashes = [hashKeyOf(aMasterKey(1), 'A'), hashKeyOf(aMasterKey(1), 'B'), hashKeyOf(aMasterKey(2), 'A')];

    expect(hashKeyOf(aMasterKey(1), 'A').hash('text')).toBe(hashes[0]!.hash('text'));
    expect(new Set(hashes.map((key) => key.hash('text'))).size).toBe(3);
    expect(new Set(hashes.map((key) => key.keyId)).size).toBe(3);
  });

  it('gives the same hashes for ever', () => {
    const key = hashKeyOf(aMasterKey(1), '00D000000000001AAA');

    expect([key.keyId, key.hash('text')]).toEqual(['120fca82b32c', 'pAiqowt36ZpWSDSVx1zloM']);
  });
});

describe('sealWith', () => {
  it('opens what it sealed, and seals the same text differently each time', () => {
    const seal = sealWith(aMasterKey(1));
    const [first, second] = [seal.seal('Ärger €'), seal.seal('Ärger €')];

    expect([seal.open(first), seal.open(second)]).toEqual(['Ärger €', 'Ärger €']);
    expect(first).not.toBe(second);
    expect(first).not.toContain('rger');
  });

  it('refuses what another key sealed, and says which file to restore', () => {
    const sealed = sealWith(aMasterKey(1)).seal('text');

    expect(() => sealWith(aMasterKey(2)).open(sealed)).toThrow(/RELAY_MASTER_KEY_FILE/);
  });

  it('refuses what was changed on the way', () => {
    const seal = sealWith(aMasterKey(1));
    const [keyId, body] = seal.seal('text').split('.');
    const bytes = Buffer.from(body!, 'base64url');
    bytes[14] = bytes[14]! ^ 1;

    expect(() => seal.open(`${keyId!}.${bytes.toString('base64url')}`)).toThrow(/damaged/);
    expect(() => seal.open(`${keyId!}.`)).toThrow(/damaged/);
    expect(() => seal.open('nonsense')).toThrow();
  });
});
