import { compareText } from '../../runtime/values/order.ts';
import { sameText } from '../../runtime/values/equality.ts';

/** String methods that look for something. */
export const searchMethods = {
  'Boolean contains(String)': (self: string, part: string) => self.includes(part),
  'Boolean containsIgnoreCase(String)': (self: string, part: string) => lower(self).includes(lower(part)),
  'Boolean containsAny(String)': (self: string, characters: string) => indexOfAny(self, characters) >= 0,
  'Boolean containsNone(String)': (self: string, characters: string) => indexOfAny(self, characters) < 0,
  'Boolean containsOnly(String)': (self: string, characters: string) => indexOfAnyBut(self, characters) < 0,
  'Integer countMatches(String)': (self: string, part: string) => (part === '' ? 0 : self.split(part).length - 1),
  'Boolean startsWith(String)': (self: string, part: string) => self.startsWith(part),
  'Boolean startsWithIgnoreCase(String)': (self: string, part: string) => lower(self).startsWith(lower(part)),
  'Boolean endsWith(String)': (self: string, part: string) => self.endsWith(part),
  'Boolean endsWithIgnoreCase(String)': (self: string, part: string) => lower(self).endsWith(lower(part)),
  'Integer compareTo(String)': (self: string, other: string) => compareText(self, other),
  'Integer indexOf(String)': (self: string, part: string) => self.indexOf(part),
  'Integer indexOf(String, Integer)': (self: string, part: string, start: number) => self.indexOf(part, start),
  'Integer indexOfIgnoreCase(String)': (self: string, part: string) => lower(self).indexOf(lower(part)),
  'Integer indexOfIgnoreCase(String, Integer)': (self: string, part: string, start: number) =>
    lower(self).indexOf(lower(part), start),
  'Integer indexOfAny(String)': indexOfAny,
  'Integer indexOfAnyBut(String)': indexOfAnyBut,
  'Integer indexOfChar(Integer)': (self: string, code: number) => self.indexOf(String.fromCodePoint(code)),
  'Integer indexOfChar(Integer, Integer)': (self: string, code: number, start: number) =>
    self.indexOf(String.fromCodePoint(code), start),
  'Integer indexOfDifference(String)': (self: string, other: string) => {
    const index = commonLength(self, other);
    return index === self.length && index === other.length ? -1 : index;
  },
  'Integer lastIndexOf(String)': (self: string, part: string) => self.lastIndexOf(part),
  'Integer lastIndexOf(String, Integer)': (self: string, part: string, end: number) => lastIndexOf(self, part, end),
  'Integer lastIndexOfIgnoreCase(String)': (self: string, part: string) => lower(self).lastIndexOf(lower(part)),
  'Integer lastIndexOfIgnoreCase(String, Integer)': (self: string, part: string, end: number) =>
    lastIndexOf(lower(self), lower(part), end),
  'Integer lastIndexOfChar(Integer)': (self: string, code: number) => self.lastIndexOf(String.fromCodePoint(code)),
  'Integer lastIndexOfChar(Integer, Integer)': (self: string, code: number, end: number) =>
    lastIndexOf(self, String.fromCodePoint(code), end),
  'Integer getLevenshteinDistance(String)': levenshteinDistance,
  'Integer getLevenshteinDistance(String, Integer)': (self: string, other: string, threshold: number) => {
    const distance = levenshteinDistance(self, other);
    return distance > threshold ? -1 : distance;
  },
};

/** Unlike the other searches these take null for an answer. */
export const equalityMethods = {
  'Boolean equals(Object)': (self: string, other: unknown) => self === textOf(other),
  'Boolean equalsIgnoreCase(String)': (self: string, other: string | null) => other !== null && sameText(self, other),
};

/** How many characters both texts begin with alike. */
export function commonLength(a: string, b: string): number {
  let index = 0;
  while (index < a.length && a.charAt(index) === b.charAt(index)) index += 1;
  return index;
}

function lower(text: string): string {
  return text.toLowerCase();
}

function textOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
}

function indexOfAny(self: string, characters: string): number {
  return indexWhere(self, (character) => characters.includes(character));
}

function indexOfAnyBut(self: string, characters: string): number {
  return indexWhere(self, (character) => !characters.includes(character));
}

function indexWhere(self: string, isWanted: (character: string) => boolean): number {
  for (let index = 0; index < self.length; index += 1) if (isWanted(self.charAt(index))) return index;
  return -1;
}

function lastIndexOf(self: string, part: string, end: number): number {
  return end < 0 ? -1 : self.lastIndexOf(part, end);
}

function levenshteinDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + Number(a.charAt(i - 1) !== b.charAt(j - 1));
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
