import { createCipheriv, createDecipheriv, createHash, createHmac, sign, timingSafeEqual, verify } from 'node:crypto';
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { currentExecution } from '../../execution/execution.ts';
import { ApexBlob } from '../../runtime/values/apex-blob.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';

const DIGESTS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  SHA1: 'sha1',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  SHA256: 'sha256',
  'SHA-512': 'sha512',
  SHA512: 'sha512',
  'SHA3-256': 'sha3-256',
  'SHA3-384': 'sha3-384',
  'SHA3-512': 'sha3-512',
};

const MACS: Readonly<Record<string, string>> = {
  HMACMD5: 'md5',
  HMACSHA1: 'sha1',
  HMACSHA256: 'sha256',
  HMACSHA512: 'sha512',
};

type Signature = { readonly digest: string; readonly isEcdsaP1363: boolean };

const SIGNATURES: Readonly<Record<string, Signature>> = {
  RSA: { digest: 'sha1', isEcdsaP1363: false },
  'RSA-SHA1': { digest: 'sha1', isEcdsaP1363: false },
  'RSA-SHA256': { digest: 'sha256', isEcdsaP1363: false },
  'RSA-SHA384': { digest: 'sha384', isEcdsaP1363: false },
  'RSA-SHA512': { digest: 'sha512', isEcdsaP1363: false },
  'ECDSA-SHA256': { digest: 'sha256', isEcdsaP1363: false },
  'ECDSA-SHA384': { digest: 'sha384', isEcdsaP1363: false },
  'ECDSA-SHA512': { digest: 'sha512', isEcdsaP1363: false },
  'ECDSA-SHA256-PLAIN': { digest: 'sha256', isEcdsaP1363: true },
  'ECDSA-SHA384-PLAIN': { digest: 'sha384', isEcdsaP1363: true },
  'ECDSA-SHA512-PLAIN': { digest: 'sha512', isEcdsaP1363: true },
};

const IV_LENGTH = 16;
const KEY_SIZES: Readonly<Record<string, number>> = { AES128: 16, AES192: 24, AES256: 32 };

export const cryptoClass = platformClass('Crypto', {
  statics: {
    'Blob generateDigest(String, Blob)': strictStatic((algorithm: string, input: ApexBlob) =>
      blobOf(createHash(known(DIGESTS, algorithm)).update(input.bytes).digest()),
    ),
    'Blob generateMac(String, Blob, Blob)': strictStatic(macOf),
    'Boolean verifyHmac(String, Blob, Blob, Blob)': strictStatic(
      (algorithm: string, input: ApexBlob, key: ApexBlob, mac: ApexBlob) => {
        const expected = macOf(algorithm, input, key).bytes;
        return expected.length === mac.bytes.length && timingSafeEqual(expected, mac.bytes);
      },
    ),
    'Blob sign(String, Blob, Blob)': strictStatic((algorithm: string, input: ApexBlob, key: ApexBlob) => {
      const { digest, isEcdsaP1363 } = known(SIGNATURES, algorithm);
      const privateKey = secured(() => createPrivateKey({ key: key.bytes, format: 'der', type: 'pkcs8' }));
      return blobOf(sign(digest, input.bytes, { key: privateKey, dsaEncoding: isEcdsaP1363 ? 'ieee-p1363' : 'der' }));
    }),
    'Boolean verify(String, Blob, Blob, Blob)': strictStatic(
      (algorithm: string, input: ApexBlob, signature: ApexBlob, key: ApexBlob) => {
        const { digest, isEcdsaP1363 } = known(SIGNATURES, algorithm);
        const publicKey = secured(() => publicKeyOf(key.bytes));
        const options = { key: publicKey, dsaEncoding: isEcdsaP1363 ? ('ieee-p1363' as const) : ('der' as const) };
        return verify(digest, input.bytes, options, signature.bytes);
      },
    ),
    'Integer getRandomInteger()': () => randomBytes(4).readInt32BE(),
    'Long getRandomLong()': () => randomBytes(8).readBigInt64BE(),
    'Blob generateAesKey(Integer)': strictStatic((size: number) => {
      if (![128, 192, 256].includes(size))
        throwApex('System.InvalidParameterValueException', `Invalid key size: ${size}. Must be 128, 192 or 256.`);
      return blobOf(randomBytes(size / 8));
    }),
    'Blob encrypt(String, Blob, Blob, Blob)': strictStatic(encrypt),
    'Blob decrypt(String, Blob, Blob, Blob)': strictStatic(decrypt),
    'Blob encryptWithManagedIV(String, Blob, Blob)': strictStatic(
      (algorithm: string, key: ApexBlob, clear: ApexBlob) => {
        const vector = blobOf(randomBytes(IV_LENGTH));
        return blobOf(Buffer.concat([vector.bytes, encrypt(algorithm, key, vector, clear).bytes]));
      },
    ),
    'Blob decryptWithManagedIV(String, Blob, Blob)': strictStatic((algorithm: string, key: ApexBlob, data: ApexBlob) =>
      decrypt(algorithm, key, blobOf(data.bytes.subarray(0, IV_LENGTH)), blobOf(data.bytes.subarray(IV_LENGTH))),
    ),
  },
});

function macOf(algorithm: string, input: ApexBlob, key: ApexBlob): ApexBlob {
  return blobOf(createHmac(known(MACS, algorithm), key.bytes).update(input.bytes).digest());
}

function encrypt(algorithm: string, key: ApexBlob, vector: ApexBlob, clear: ApexBlob): ApexBlob {
  const cipher = createCipheriv(cipherOf(algorithm, key, vector), key.bytes, vector.bytes);
  return blobOf(Buffer.concat([cipher.update(clear.bytes), cipher.final()]));
}

function decrypt(algorithm: string, key: ApexBlob, vector: ApexBlob, data: ApexBlob): ApexBlob {
  const decipher = createDecipheriv(cipherOf(algorithm, key, vector), key.bytes, vector.bytes);
  return secured(() => blobOf(Buffer.concat([decipher.update(data.bytes), decipher.final()])));
}

function cipherOf(algorithm: string, key: ApexBlob, vector: ApexBlob): string {
  const size = known(KEY_SIZES, algorithm);
  if (key.bytes.length !== size)
    throwApex('System.InvalidParameterValueException', `Invalid private key. Must be ${size} bytes.`);
  if (vector.bytes.length !== IV_LENGTH)
    throwApex('System.InvalidParameterValueException', `Invalid initialization vector. Must be ${IV_LENGTH} bytes.`);
  return `aes-${size * 8}-cbc`;
}

/** A public key in DER, or a certificate that holds one. */
function publicKeyOf(bytes: Buffer): KeyObject {
  try {
    return createPublicKey({ key: bytes, format: 'der', type: 'spki' });
  } catch {
    return new X509Certificate(bytes).publicKey;
  }
}

function known<T>(table: Readonly<Record<string, T>>, algorithm: string): T {
  return (
    table[algorithm.toUpperCase()] ??
    throwApex('System.InvalidParameterValueException', `Invalid algorithm name ${algorithm}`)
  );
}

/** Runs what fails on bad keys or data, whose reason stays inside. */
function secured<T>(work: () => T): T {
  try {
    return work();
  } catch {
    return throwApex('System.SecurityException', 'Given final block or key is not valid.');
  }
}

function randomBytes(size: number): Buffer {
  return currentExecution().org.randomBytes(size);
}

function blobOf(bytes: Buffer): ApexBlob {
  return new ApexBlob(bytes);
}
