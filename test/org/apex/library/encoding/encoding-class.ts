import { ApexBlob } from '../../runtime/values/apex-blob.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';

export const encodingUtilClass = platformClass('EncodingUtil', {
  statics: {
    'String base64Encode(Blob)': strictStatic((blob: ApexBlob) => blob.bytes.toString('base64')),
    'Blob base64Decode(String)': strictStatic((text: string) => new ApexBlob(Buffer.from(text, 'base64'))),
    'String convertToHex(Blob)': strictStatic((blob: ApexBlob) => blob.bytes.toString('hex')),
    'Blob convertFromHex(String)': strictStatic((text: string) => {
      if (!/^(?:[0-9a-fA-F]{2})*$/.test(text))
        throwApex('System.InvalidParameterValueException', 'Invalid hex string.');
      return new ApexBlob(Buffer.from(text, 'hex'));
    }),
    'String urlEncode(String, String)': strictStatic(urlEncode),
    'String urlDecode(String, String)': strictStatic(urlDecode),
  },
});

const CHARSETS: Readonly<Record<string, BufferEncoding>> = {
  'utf-8': 'utf8',
  utf8: 'utf8',
  'iso-8859-1': 'latin1',
  latin1: 'latin1',
  'us-ascii': 'ascii',
  ascii: 'ascii',
  'utf-16le': 'utf16le',
};

/** As java.net.URLEncoder: a space is a plus, only `. - * _` stay besides letters and digits. */
function urlEncode(text: string, charset: string): string {
  const bytes = Buffer.from(text, encodingOf(charset));
  return [...bytes].map((byte) => encodedByte(String.fromCharCode(byte), byte)).join('');
}

function encodedByte(character: string, byte: number): string {
  if (/[A-Za-z0-9.*_-]/.test(character)) return character;
  return character === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function urlDecode(text: string, charset: string): string {
  const encoding = encodingOf(charset);
  return text.replaceAll('+', ' ').replace(/(?:%[0-9a-fA-F]{2})+|%/g, (escaped) => {
    if (escaped === '%')
      return throwApex('System.IllegalArgumentException', 'URLDecoder: Incomplete trailing escape (%) pattern');
    return Buffer.from(escaped.replaceAll('%', ''), 'hex').toString(encoding);
  });
}

function encodingOf(charset: string): BufferEncoding {
  return (
    CHARSETS[charset.toLowerCase()] ??
    throwApex('System.InvalidParameterValueException', `Unsupported encoding: ${charset}`)
  );
}
