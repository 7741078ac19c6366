import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { RelayError } from '../errors.ts';
import { deriveKey, keyIdOf, type MasterKey } from './hash-keys.ts';

/** Closes a text so that whoever reads the database or its backup learns nothing but its length. */
export type Seal = { seal(text: string): string; open(sealed: string): string };

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The seal of this relay's jobs: AES-256-GCM, with the key's id in front, so that another key is told from a damaged text. */
export function sealWith(masterKey: MasterKey): Seal {
  const key = deriveKey(masterKey, 'seal/jobs');
  const keyId = keyIdOf(key);
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(keyId));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `${keyId}.${Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url')}`;
    },
    open(sealed) {
      const [sealedBy, payload] = sealed.split('.');
      if (sealedBy !== keyId || payload === undefined) {
        throw new RelayError(
          'UNEXPECTED',
          'A job was sealed with another master key: restore the file that RELAY_MASTER_KEY_FILE named then, or post the event again (docs/operations.md).',
        );
      }
      return unseal(Buffer.from(payload, 'base64url'), key, keyId);
    },
  };
}

function unseal(bytes: Buffer, key: Buffer, keyId: string): string {
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(keyId))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new RelayError(
      'UNEXPECTED',
      'A sealed job is damaged and cannot be opened; post the event again (docs/operations.md).',
      {
        cause,
      },
    );
  }
}
