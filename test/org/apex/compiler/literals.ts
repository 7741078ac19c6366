const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** The value of a quoted Apex literal, `'…'` or triple-quoted. */
export function stringValue(quoted: string): string {
  const isMultiline = /^'''[ \t]*\r?\n/.test(quoted);
  const body = isMultiline ? quoted.slice(3, -3).replace(/^[ \t]*\r?\n/, '') : quoted.slice(1, -1);
  return body.replace(/\\u([0-9a-fA-F]{4})|\\([\s\S])/g, (_, code: string | undefined, char: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return ESCAPES[char.toLowerCase()] ?? char;
  });
}
