/**
 * Cuts the named members out of the text of one flat, compact JSON object, so that only they need parsing: Dynamics answers a
 * create with all 300 fields of the record, and parsing those is most of the relay's work in a bulk load. Null where the text is
 * not of that simple form or lacks a member; then it is parsed whole.
 */
export function cutMembers(text: string, names: Iterable<string>): string | null {
  // A second brace may be a nested object, in which a name could be found that is not the record's.
  if (!text.startsWith('{"') || text.includes('{', 1)) return null;
  let members = '';
  let at = 0;
  for (const name of names) {
    const label = `"${name}":`;
    // Names mostly come in the order of the text, so each is looked for behind the one before it first.
    const ahead = text.indexOf(label, at);
    const member = cutMember(text, label, ahead < 0 ? text.indexOf(label) : ahead);
    if (member === null) return null;
    members += members === '' ? member : `,${member}`;
    at = ahead < 0 ? 0 : ahead + member.length;
  }
  return `{${members}}`;
}

function cutMember(text: string, label: string, start: number): string | null {
  // Within a string every quote is escaped, so this can only be a member; a member follows a comma or the opening brace.
  if (start < 1 || (text[start - 1] !== ',' && start !== 1)) return null;
  const end = valueEnd(text, start + label.length);
  return end === null ? null : text.slice(start, end);
}

function valueEnd(text: string, start: number): number | null {
  if (text[start] === '"') return stringEnd(text, start + 1);
  const comma = text.indexOf(',', start);
  const end = comma < 0 ? text.indexOf('}', start) : comma;
  return end < 0 || text[start] === '[' ? null : end;
}

function stringEnd(text: string, start: number): number | null {
  for (let quote = text.indexOf('"', start); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return null;
}
