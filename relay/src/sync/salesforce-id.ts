const SUFFIX_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** The 18-character form of a Salesforce id: completes one of 15 characters, answers null for what is no id. */
export function toLongId(id: string): string | null {
  const match = /^([A-Za-z0-9]{15})([A-Z0-5]{3})?$/.exec(id);
  if (match?.[1] === undefined) return null;
  const long = match[1] + caseSuffix(match[1]);
  return match[2] === undefined || id === long ? long : null;
}

/** True for the id of an organization, in either form. */
export function isOrganizationId(id: string): boolean {
  return id.startsWith('00D') && toLongId(id) !== null;
}

// Each suffix character tells which of five characters are upper case, so that the id survives systems that ignore case.
function caseSuffix(id: string): string {
  return [0, 5, 10]
    .map((start) => {
      const bits = [0, 1, 2, 3, 4].filter((offset) => /[A-Z]/.test(id.charAt(start + offset)));
      return SUFFIX_ALPHABET.charAt(bits.reduce((sum, offset) => sum + 2 ** offset, 0));
    })
    .join('');
}
