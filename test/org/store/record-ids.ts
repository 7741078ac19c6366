const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SUFFIX = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

function toBase62(value: number, width: number): string {
  let rest = value;
  let text = '';
  while (rest > 0) {
    text = (BASE62[rest % 62] ?? '') + text;
    rest = Math.floor(rest / 62);
  }
  return text.padStart(width, '0');
}

/** The three characters that make a case-sensitive 15-character id safe where case is lost: bit i of a chunk says "upper case". */
export function checkSuffix(id15: string): string {
  return [0, 5, 10]
    .map((start) => {
      let bits = 0;
      for (let i = 0; i < 5; i++) {
        const char = id15.charAt(start + i);
        if (char >= 'A' && char <= 'Z') bits |= 1 << i;
      }
      return SUFFIX.charAt(bits);
    })
    .join('');
}

/** The 18-character id number `sequence` of the object with that key prefix. */
export function makeId(keyPrefix: string, sequence: number): string {
  const id15 = `${keyPrefix}Ca0${toBase62(sequence, 9)}`;
  return id15 + checkSuffix(id15);
}

/** An id as 18 characters, or null where the text is no id (wrong length, characters or check suffix). */
export function normalizeId(text: string): string | null {
  if (/^[0-9A-Za-z]{15}$/.test(text)) return text + checkSuffix(text);
  if (!/^[0-9A-Za-z]{18}$/.test(text)) return null;
  const id15 = restoreCase(text.slice(0, 15), text.slice(15).toUpperCase());
  return id15 === null ? null : id15 + checkSuffix(id15);
}

/** An 18-character id whose case was lost gets it back from its suffix; a suffix that cannot be is refused. */
function restoreCase(id15: string, suffix: string): string | null {
  let restored = '';
  for (let i = 0; i < 15; i++) {
    const bits = SUFFIX.indexOf(suffix.charAt(Math.floor(i / 5)));
    if (bits < 0) return null;
    const isUpper = ((bits >> (i % 5)) & 1) === 1;
    const char = id15.charAt(i);
    if (isUpper && !/[A-Za-z]/.test(char)) return null;
    restored += isUpper ? char.toUpperCase() : char.toLowerCase();
  }
  return restored;
}
