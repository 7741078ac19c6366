import { type PrimitiveName } from '../../types.ts';
import { ApexBlob } from '../../runtime/values/apex-blob.ts';
import { ApexDate } from '../../runtime/values/apex-date.ts';
import { ApexDatetime, ApexTime } from '../../runtime/values/apex-datetime.ts';
import { ApexDecimal } from '../../runtime/values/apex-decimal.ts';
import { ApexDouble } from '../../runtime/values/apex-double.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { type JsonNode } from './parse-json.ts';

/** A JSON value as a primitive of Apex; what cannot be one is a JSONException. */
export function readScalar(node: JsonNode, name: PrimitiveName): unknown {
  if (node.kind === 'null') return null;
  if (node.kind === 'object' || node.kind === 'array') return illegal();
  if (node.kind === 'boolean')
    return name === 'Boolean' ? node.value : name === 'String' ? String(node.value) : illegal();
  return READERS[name](node.text);
}

/** `2026-11-23T15:04:05.000+01:00` and its kin; null for anything else. */
function datetimeOfIso(text: string): ApexDatetime | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text);
  const date = ApexDate.ofIso(match?.[1] ?? '');
  if (!match || !date) return null;
  const zone = (match[3] ?? 'Z').replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const epochMs = Date.parse(`${date.iso()}T${match[2] ?? '00:00'}${zone}`);
  return Number.isNaN(epochMs) ? null : new ApexDatetime(epochMs);
}

/** A number as JSON.deserializeUntyped gives it: the narrowest of Integer, Long, Decimal that holds it. */
export function untypedNumber(text: string): unknown {
  if (!/^-?\d+$/.test(text)) return ApexDecimal.parse(text);
  const value = BigInt(text);
  if (value === BigInt.asIntN(32, value)) return Number(value);
  return value === BigInt.asIntN(64, value) ? value : ApexDecimal.parse(text);
}

const READERS: Readonly<Record<PrimitiveName, (text: string) => unknown>> = {
  Boolean: (text) => (/^(?:true|false)$/i.test(text) ? text.toLowerCase() === 'true' : illegal()),
  Integer: (text) => Number(wholeNumber(text, 32, 'int')),
  Long: (text) => wholeNumber(text, 64, 'long'),
  Double: (text) => (isNumeric(text) ? new ApexDouble(Number(text)) : illegal()),
  Decimal: (text) => (isNumeric(text) ? ApexDecimal.parse(text) : illegal()),
  String: (text) => text,
  Id: (text) => ApexId.of(text),
  Date: (text) => ApexDate.ofIso(text.slice(0, 10)) ?? fail(`Invalid date: ${text}`),
  Datetime: (text) => datetimeOfIso(text) ?? fail(`Invalid date/time: ${text}`),
  Time: (text) => ApexTime.ofIso(text) ?? fail(`Invalid time: ${text}`),
  Blob: (text) => new ApexBlob(Buffer.from(text, 'base64')),
};

function wholeNumber(text: string, bits: number, name: string): bigint {
  if (!isNumeric(text)) return illegal();
  const { value } = ApexDecimal.parse(text);
  if (!value.isInteger()) return illegal();
  const whole = BigInt(value.toFixed());
  return whole === BigInt.asIntN(bits, whole) ? whole : fail(`Numeric value (${text}) out of range of ${name}`);
}

function isNumeric(text: string): boolean {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text);
}

function illegal(): never {
  return fail('Illegal value for primitive');
}

function fail(reason: string): never {
  return throwApex('System.JSONException', reason);
}
