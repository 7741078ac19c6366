import { createHash, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { RelayError } from '../errors.ts';
import { type HashKey } from '../sync/merge.ts';

/** The secret that all keys of this relay derive from. It lies outside database, data directory and backups. */
export type MasterKey = { readonly bytes: Buffer };

const KEY_BYTES = 32;
const HASH_LENGTH = 22;

/** Makes a new master key that only its owner can read; never replaces one, since that would make every base worthless. */
export async function createMasterKeyFile(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'wx', 0o600).catch((cause: unknown) => {
    throw new RelayError(
      'SETTINGS_INVALID',
      `RELAY_MASTER_KEY_FILE: ${file} cannot be made (${codeOf(cause)}): an existing key is never replaced, and its folder must be writable.`,
      { cause },
    );
  });
  try {
    await handle.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Reads the master key; throws SETTINGS_INVALID, with how to make one, where it is missing or no key. */
export async function readMasterKey(file: string): Promise<MasterKey> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new RelayError(
      'SETTINGS_INVALID',
      `RELAY_MASTER_KEY_FILE: ${file} cannot be read (${codeOf(cause)}): make one with "npm run relay -- create-master-key", or restore the one that this database was used with.`,
      { cause },
    );
  });
  const bytes = Buffer.from(text.trim(), 'base64');
  if (bytes.length !== KEY_BYTES) {
    throw new RelayError(
      'SETTINGS_INVALID',
      `RELAY_MASTER_KEY_FILE: ${file} holds no master key (${KEY_BYTES} bytes in base64): restore it, or make one with "npm run relay -- create-master-key".`,
    );
  }
  return { bytes };
}

/**
 * The key that hashes an org's values, and its name: two orgs' hashes of one value have nothing in common. 128 bits tell values apart
 * and keep the bases of a link in one page.
 */
export function hashKeyOf(masterKey: MasterKey, org: string): HashKey {
  // What is hashed, and how, belongs to the purpose: hashes of another form are then those of another key, and no agreement.
  const key = deriveKey(masterKey, `hash/128/input/${org}`);
  // Made once: a key that comes as bytes is made anew for every hash, which costs seven times the hash itself.
  const secret = createSecretKey(key);
  const make = (text: string): string =>
    createHmac('sha256', secret).update(text).digest('base64url').slice(0, HASH_LENGTH);
  // Two sides that agree ask for the same hash one after the other.
  let last = { text: '', hash: make('') };
  const hash = (text: string): string => {
    if (text !== last.text) last = { text, hash: make(text) };
    return last.hash;
  };
  return { keyId: keyIdOf(key), hash };
}

/** A key for one purpose; no purpose's key tells anything about another's. */
export function deriveKey(masterKey: MasterKey, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey.bytes, 'causeway', purpose, KEY_BYTES));
}

/** The name of a key, which does not tell the key. */
export function keyIdOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
