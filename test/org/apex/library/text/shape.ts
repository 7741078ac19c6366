import { throwApex } from '../../runtime/values/apex-exception.ts';
import { compareText } from '../../runtime/values/order.ts';
import { isJavaWhitespace, JAVA_WHITESPACE } from './characters.ts';

const javaSpaces = new RegExp(`[${JAVA_WHITESPACE}]+`, 'gu');

/** String methods that give the text another shape: case, spaces, length, order. */
export const shapeMethods = {
  'String capitalize()': (self: string) => self.charAt(0).toUpperCase() + self.slice(1),
  'String uncapitalize()': (self: string) => self.charAt(0).toLowerCase() + self.slice(1),
  'String swapCase()': (self: string) =>
    Array.from(self)
      .map((letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()))
      .join(''),
  'String toLowerCase()': (self: string) => self.toLowerCase(),
  'String toLowerCase(String)': (self: string, locale: string) => self.toLocaleLowerCase(locale.replaceAll('_', '-')),
  'String toUpperCase()': (self: string) => self.toUpperCase(),
  'String toUpperCase(String)': (self: string, locale: string) => self.toLocaleUpperCase(locale.replaceAll('_', '-')),
  'String trim()': (self: string) => self.replace(/^[\0- ]+|[\0- ]+$/g, ''),
  'String deleteWhitespace()': (self: string) => self.replace(javaSpaces, ''),
  'String normalizeSpace()': (self: string) => self.replace(javaSpaces, ' ').replace(/^ | $/g, ''),
  'String center(Integer)': (self: string, size: number) => center(self, size, ' '),
  'String center(Integer, String)': center,
  'String leftPad(Integer)': (self: string, size: number) => self.padStart(size),
  'String leftPad(Integer, String)': (self: string, size: number, pad: string) => self.padStart(size, pad || ' '),
  'String rightPad(Integer)': (self: string, size: number) => self.padEnd(size),
  'String rightPad(Integer, String)': (self: string, size: number, pad: string) => self.padEnd(size, pad || ' '),
  'String repeat(Integer)': (self: string, count: number) => self.repeat(Math.max(count, 0)),
  'String repeat(String, Integer)': (self: string, separator: string, count: number) =>
    Array.from({ length: Math.max(count, 0) }, () => self).join(separator),
  'String reverse()': (self: string) => Array.from(self).reverse().join(''),
  'String overlay(String, Integer, Integer)': overlay,
  'String remove(String)': (self: string, part: string) => (part === '' ? self : self.replaceAll(part, '')),
  'String removeEnd(String)': (self: string, end: string) => (self.endsWith(end) ? cutEnd(self, end.length) : self),
  'String removeEndIgnoreCase(String)': (self: string, end: string) =>
    self.toLowerCase().endsWith(end.toLowerCase()) ? cutEnd(self, end.length) : self,
  'String removeStart(String)': (self: string, start: string) =>
    self.startsWith(start) ? self.slice(start.length) : self,
  'String removeStartIgnoreCase(String)': (self: string, start: string) =>
    self.toLowerCase().startsWith(start.toLowerCase()) ? self.slice(start.length) : self,
  'String replace(String, String)': (self: string, target: string, replacement: string) =>
    self.replaceAll(target, () => replacement),
  'String stripHtmlTags()': (self: string) => self.replace(/<[^>]*>/g, ''),
};

/** The longest text that all begin with; empty where there is none. */
export function commonPrefix(texts: readonly string[]): string {
  const sorted = texts.toSorted(compareText);
  const [first = '', last = ''] = [sorted[0], sorted.at(-1)];
  let length = 0;
  while (length < first.length && first.charAt(length) === last.charAt(length)) length += 1;
  return first.slice(0, length);
}

/** Whether nothing is there but white space. */
export function isBlank(text: string | null): boolean {
  return text === null || Array.from(text).every(isJavaWhitespace);
}

function center(self: string, size: number, pad: string): string {
  const missing = Math.max(size - self.length, 0);
  const filler = pad || ' ';
  return self.padStart(self.length + Math.floor(missing / 2), filler).padEnd(size, filler);
}

function overlay(self: string, text: string, start: number, end: number): string {
  if (start < 0 || end < 0)
    throwApex('System.StringException', `Starting position out of bounds: ${Math.min(start, end)}`);
  const clamp = (index: number): number => Math.min(index, self.length);
  const [from, to] = [clamp(Math.min(start, end)), clamp(Math.max(start, end))];
  return self.slice(0, from) + text + self.slice(to);
}

function cutEnd(self: string, count: number): string {
  return self.slice(0, self.length - count);
}
