import { type ErrorCode, type Fault, fault } from '../../errors.ts';

// "Write failed for table row of type 'CustCustomerV3Entity'. Infolog: Warning: …; Error: …."
const PREAMBLE = /^.*?Infolog:\s*/s;
const LINE_START = /(?:^|;\s*)(?:Info|Warning|Error):\s*/;
// What X++ adds for developers, or repeats about the failure as such.
const NOISE = /^(?:validate(?:Field|Write|Delete) failed|Update has been cancel|Write failed for table row)/i;
const FAILED_FIELD = /validateField failed on field '(?:[\w ]+\.)?(\w+)'/i;
const MAX_LENGTH = 500;

type Rule = readonly [pattern: RegExp, code: ErrorCode];

/**
 * Texts of the platform and what they mean; the first that fits decides. Status codes do not: the same fault comes as 400 and
 * 500. Quoted values are taken out before, so that a customer called "Already posted" changes nothing.
 */
const RULES: readonly Rule[] = [
  [/not found in the related table/i, 'DYNAMICS_VALUE_NOT_FOUND'],
  [/must be filled in|is mandatory|must (?:consequently )?be specified/i, 'DYNAMICS_VALUE_MISSING'],
  [/update conflict|deadlock|(?:was|been) (?:changed|modified|deleted) by another/i, 'DYNAMICS_UPDATE_CONFLICT'],
  [/party\b.*\balready|already\b.*\b(?:prospect|party)/i, 'PARTY_CLASH'],
  [/number sequence|manual numbers?/i, 'DYNAMICS_NUMBER_REFUSED'],
  [/already exists|duplicate key/i, 'DYNAMICS_DUPLICATE'],
  [/(?:fiscal|ledger|financial)? ?period\b.*\b(?:closed|on hold|not open|stopped)|no open period/i, 'PERIOD_CLOSED'],
  [/\bposted\b|\b(?:is|been|status) (?:fully |partially )?invoiced/i, 'DOCUMENT_POSTED'],
  [/cannot be deleted|dependent\b.*\bexist/i, 'DELETE_BLOCKED'],
  [
    /\b(?:customer|invoice|vendor) account\b.*\b(?:on hold|stopped|blocked)|\bcustomer\b.*\b(?:on hold|blocked)/i,
    'CUSTOMER_ON_HOLD',
  ],
  [
    /(?:financial|default) dimension|dimension (?:value|format|attribute|string|segment)|for the dimension/i,
    'DIMENSION_INVALID',
  ],
  [/currency\b.*\b(?:does not exist|not found|not valid)/i, 'CURRENCY_UNKNOWN'],
  [/does not exist|(?:cannot|could not) be found|\bnot found\b/i, 'DYNAMICS_VALUE_NOT_FOUND'],
  [/characters long|too long|maximum length|longer than/i, 'VALUE_TOO_LONG'],
  [/access denied|not authori[sz]ed|insufficient (?:rights|privileges)/i, 'PERMISSION_MISSING'],
];

// Where the name of the table or field tells more than the sentence.
const TABLE_RULES: readonly Rule[] = [
  // A document keeps the currency that its lines were priced in: a person decides which side gives way.
  [/field '[^']*currency[^']*' cannot be changed/i, 'FIELDS_IN_CONFLICT'],
  [/related table '[^']*currenc/i, 'CURRENCY_UNKNOWN'],
  [/related table '[^']*dimension/i, 'DIMENSION_INVALID'],
];

// Texts of the OData layer, before any business rule: they speak of the request itself.
const PROTOCOL_RULES: readonly Rule[] = [
  [/property\b.*\bdoes not exist|could not find a property/i, 'FIELD_UNKNOWN'],
  [/resource not found for the segment/i, 'ENTITY_SET_UNKNOWN'],
  [/enumeration|requested value\b.*\bnot found/i, 'ENUM_MEMBER_UNKNOWN'],
  [/cannot convert|expected type|expects? a\b/i, 'VALUE_WRONG_TYPE'],
];

/**
 * The fault that Dynamics' own text means, with the text cleaned of its wrapping and the field where it can be told: from the
 * name X++ gives, or from a label that one of `fields` carries. Null where the text only says that something failed.
 */
export function classifyInfolog(text: string, fields: readonly string[]): Fault | null {
  const isInfolog = PREAMBLE.test(text) && text.includes('Infolog:');
  const lines = isInfolog ? infologLines(text) : [tidy(text)];
  const message = lines.join(' ').slice(0, MAX_LENGTH);
  if (message === '')
    return isInfolog ? fault('DYNAMICS_REFUSED', 'Dynamics refused the record without a reason.') : null;
  const rules = isInfolog ? RULES : [...PROTOCOL_RULES, ...RULES];
  const code = decide(TABLE_RULES, message) ?? decide(rules, withoutValues(message)) ?? 'DYNAMICS_REFUSED';
  const field = fieldOf(text, message, fields);
  return fault(code, message, field === null ? {} : { field });
}

function decide(rules: readonly Rule[], message: string): ErrorCode | null {
  return rules.find(([pattern]) => pattern.test(message))?.[1] ?? null;
}

function withoutValues(message: string): string {
  return message.replace(/'[^']*'/g, "''");
}

function infologLines(text: string): string[] {
  const lines = text.replace(PREAMBLE, '').split(LINE_START).map(tidy);
  return [...new Set(lines)].filter((line) => line !== '' && !NOISE.test(line));
}

function tidy(line: string): string {
  const [first = ''] = line.split(/\r?\n\s*at /, 1);
  const text = first
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.;\s]+$/, '');
  return text === '' ? '' : `${text}.`;
}

function fieldOf(text: string, message: string, fields: readonly string[]): string | null {
  const named = FAILED_FIELD.exec(text)?.[1];
  if (named !== undefined) return named;
  const property = /property (?:named )?'(\w+)'/i.exec(message)?.[1];
  if (property !== undefined) return property;
  const label =
    /[Ff]ield '([^']+)'|^(?:Inventory dimension )?(\w+) is mandatory|Inventory dimension (\w+) is mandatory/.exec(
      message,
    );
  const wanted = label?.[1] ?? label?.[2] ?? label?.[3];
  if (wanted === undefined) return null;
  return fields.find((name) => simplified(name) === simplified(wanted)) ?? wanted;
}

// "CustomerGroupId" is labeled "Customer group".
function simplified(name: string): string {
  return name
    .replace(/[^a-z0-9]/gi, '')
    .replace(/(?<=.)(?:Id|Code|Number)$/, '')
    .toLowerCase();
}
