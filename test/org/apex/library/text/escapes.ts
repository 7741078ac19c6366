import { throwApex } from '../../runtime/values/apex-exception.ts';
import { escapeEntities, html3, html4, unescapeEntities, xml } from './entities.ts';

/** String methods that escape for some other language, and back. */
export const escapeMethods = {
  'String escapeCsv()': (self: string) => (/[",\r\n]/.test(self) ? `"${self.replaceAll('"', '""')}"` : self),
  'String unescapeCsv()': (self: string) =>
    /^".*[",\r\n].*"$/s.test(self) ? self.slice(1, -1).replaceAll('""', '"') : self,
  'String escapeEcmaScript()': (self: string) => escapeJava(self).replace(/['/]/g, '\\$&'),
  'String unescapeEcmaScript()': unescapeJava,
  'String escapeHtml3()': (self: string) => escapeEntities(self, html3),
  'String unescapeHtml3()': (self: string) => unescapeEntities(self, html3),
  'String escapeHtml4()': (self: string) => escapeEntities(self, html4),
  'String unescapeHtml4()': (self: string) => unescapeEntities(self, html4),
  'String escapeXml()': (self: string) => escapeEntities(self, xml),
  'String unescapeXml()': (self: string) => unescapeEntities(self, xml),
  'String escapeJava()': escapeJava,
  'String unescapeJava()': unescapeJava,
  'String escapeUnicode()': (self: string) => self.replace(/[^ -~]/g, unicodeEscape),
  'String unescapeUnicode()': (self: string) =>
    self.replace(/\\u+([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
};

/** `String.escapeSingleQuotes(text)`: for dynamic SOQL. */
export function escapeSingleQuotes(text: string): string {
  return text.replace(/['\\]/g, '\\$&');
}

const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\n': '\\n',
  '\t': '\\t',
  '\f': '\\f',
  '\r': '\\r',
};

const SHORT: Readonly<Record<string, string>> = { b: '\b', n: '\n', t: '\t', f: '\f', r: '\r' };

function escapeJava(text: string): string {
  return text.replace(/["\\]|[^ -~]/g, (character) => NAMED[character] ?? unicodeEscape(character));
}

function unescapeJava(text: string): string {
  return text.replace(
    /\\(?:u+([0-9a-fA-F]{0,4})|([0-3]?[0-7]{1,2})|([^]))?/g,
    (_, hex?: string, octal?: string, letter?: string) => {
      if (hex !== undefined && hex.length < 4)
        return throwApex('System.StringException', `Less than 4 hex digits in unicode value: '\\u${hex}'`);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return letter === undefined ? '' : (SHORT[letter] ?? letter);
    },
  );
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
