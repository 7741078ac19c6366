import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ApexBlob } from '../../runtime/values/apex-blob.ts';
import { createSnippets } from '../apex-snippet.ts';
import { platformCall, thrownBy } from '../platform-call.ts';
import { blobClass } from '../system/blob-class.ts';
import { cryptoClass } from './crypto-class.ts';
import { encodingUtilClass } from './encoding-class.ts';

const encoding = platformCall(encodingUtilClass);
const crypto = platformCall(cryptoClass);
const run = createSnippets();
const hex = (value: unknown): string => (value as ApexBlob).bytes.toString('hex');

describe('EncodingUtil', () => {
  test('encodes addresses as Java does', () => {
    expect(encoding.statically('urlEncode(String, String)', 'a b&é/*~', 'UTF-8')).toBe('a+b%26%C3%A9%2F*%7E');
    expect(encoding.statically('urlDecode(String, String)', 'a+b%26%C3%A9', 'UTF-8')).toBe('a b&é');
    expect(thrownBy(() => encoding.statically('urlDecode(String, String)', '%', 'UTF-8'))).toMatch(
      /^System.IllegalArgumentException/,
    );
    expect(thrownBy(() => encoding.statically('urlEncode(String, String)', 'a', 'EBCDIC'))).toContain('EBCDIC');
  });

  test('base64 and hex are undone by their counterparts', () => {
    const blob = ApexBlob.ofText('é~');
    const base64 = encoding.statically('base64Encode(Blob)', blob);
    expect(base64).toBe('w6l+');
    expect(hex(encoding.statically('base64Decode(String)', base64))).toBe('c3a97e');
    expect(encoding.statically('convertToHex(Blob)', blob)).toBe('c3a97e');
    expect(hex(encoding.statically('convertFromHex(String)', 'C3A97E'))).toBe('c3a97e');
    expect(thrownBy(() => encoding.statically('convertFromHex(String)', 'xyz'))).toMatch(
      /^System.InvalidParameterValueException/,
    );
  });

  test('bytes that are no text are refused as text', () =>
    expect(thrownBy(() => platformCall(blobClass).on(new ApexBlob(Buffer.from([0xff])), 'toString()'))).toBe(
      'System.StringException: BLOB is not a valid UTF-8 string',
    ));
});

describe('Crypto', () => {
  test.each([
    ['MD5', '900150983cd24fb0d6963f7d28e17f72'],
    ['SHA1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['SHA-256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['SHA3-256', '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'],
  ])('%s of abc is what its standard says', (algorithm, digest) =>
    expect(hex(crypto.statically('generateDigest(String, Blob)', algorithm, ApexBlob.ofText('abc')))).toBe(digest),
  );

  test('an unknown algorithm is refused by its name', () =>
    expect(thrownBy(() => crypto.statically('generateDigest(String, Blob)', 'CRC32', ApexBlob.ofText('a')))).toBe(
      'System.InvalidParameterValueException: Invalid algorithm name CRC32',
    ));

  test('a MAC is that of RFC 4231 and is verified', () => {
    const [key, data] = [ApexBlob.ofText('Jefe'), ApexBlob.ofText('what do ya want for nothing?')];
    const mac = crypto.statically('generateMac(String, Blob, Blob)', 'hmacSHA256', data, key);
    expect(hex(mac)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
    const verified = (given: unknown): unknown =>
      crypto.statically('verifyHmac(String, Blob, Blob, Blob)', 'hmacSHA256', data, key, given);
    expect([verified(mac), verified(ApexBlob.ofText('no'))]).toEqual([true, false]);
  });

  test('a signature holds for its text and key only', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const privateBlob = new ApexBlob(privateKey.export({ format: 'der', type: 'pkcs8' }));
    const publicBlob = new ApexBlob(publicKey.export({ format: 'der', type: 'spki' }));
    const signed = crypto.statically('sign(String, Blob, Blob)', 'RSA-SHA256', ApexBlob.ofText('a'), privateBlob);
    const verified = (text: string): unknown =>
      crypto.statically('verify(String, Blob, Blob, Blob)', 'RSA-SHA256', ApexBlob.ofText(text), signed, publicBlob);
    expect([verified('a'), verified('b')]).toEqual([true, false]);
    expect(
      thrownBy(() => crypto.statically('sign(String, Blob, Blob)', 'RSA', ApexBlob.ofText('a'), ApexBlob.ofText('k'))),
    ).toMatch(/^System.SecurityException/);
  });

  test('AES hides and gives back, with the vector in front or given', () =>
    expect(
      run(`
        Blob key = Crypto.generateAesKey(256); Blob iv = Crypto.generateAesKey(128); Blob text = Blob.valueOf('secret');
        System.debug(Crypto.decryptWithManagedIV('AES256', key, Crypto.encryptWithManagedIV('AES256', key, text)).toString());
        System.debug(Crypto.decrypt('AES256', key, iv, Crypto.encrypt('AES256', key, iv, text)).toString());
        try { Crypto.encrypt('AES128', key, iv, text); } catch (InvalidParameterValueException e) { System.debug(e.getMessage()); }
        try { Crypto.decrypt('AES256', key, iv, Blob.valueOf('0123456789abcdef')); } catch (SecurityException e) { System.debug('refused'); }
      `),
    ).toEqual(['secret', 'secret', 'Invalid private key. Must be 16 bytes.', 'refused']));
});
