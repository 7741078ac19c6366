import type { DimensionFormat, Value, Values } from '../dynamics/connector.ts';
import { fault, type Fault } from '../errors.ts';
import type { FieldMapping } from './mapping.ts';

export type Composed = {
  readonly value: Value;
  readonly faults: readonly Fault[];
  /** The string as it is written over what Dynamics holds: segments that Salesforce does not fill keep their value. */
  readonly onto: (current: Value) => Value;
};

/**
 * Composes financial dimensions into the one string that Dynamics takes: the segments of the environment's format in its order, blank
 * ones kept. A delimiter or backslash inside a value is escaped with a backslash. All blank gives null.
 */
export function composeDimensions(
  fields: readonly FieldMapping[],
  values: Values,
  format: DimensionFormat | null,
): Composed {
  const target = fields[0]?.dynamicsField ?? '';
  if (format === null) {
    return failed([dimensionFault(target, 'the environment has no active dimension format for data entities')]);
  }
  const unknown = fields.filter((field) => !format.segments.includes(field.options.dimension ?? ''));
  if (unknown.length > 0) {
    const known = format.segments.join(', ');
    return failed(
      unknown.map((field) =>
        dimensionFault(
          target,
          `the dimension "${field.options.dimension ?? ''}" is not in the format of the environment, which has ${known}`,
        ),
      ),
    );
  }
  const compose = (current: readonly string[]): Value =>
    joined(
      format.segments.map((segment, index) => segmentOf(fields, values, segment) ?? current[index] ?? ''),
      format.delimiter,
    );
  return { value: compose([]), faults: [], onto: (current) => compose(split(current, format.delimiter)) };
}

/** What Salesforce says of one segment; null where it says nothing, because no field maps it or a blank one is kept. */
function segmentOf(fields: readonly FieldMapping[], values: Values, segment: string): string | null {
  const field = fields.find((candidate) => candidate.options.dimension === segment);
  if (field === undefined) return null;
  const value = values[field.name];
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' && field.blankHandling === 'Keep' ? null : text;
}

function joined(segments: readonly string[], delimiter: string): Value {
  if (segments.every((segment) => segment === '')) return null;
  const escaped = segments.map((segment) => segment.replaceAll('\\', '\\\\').replaceAll(delimiter, `\\${delimiter}`));
  return escaped.join(delimiter);
}

function split(current: Value, delimiter: string): string[] {
  const segments = [''];
  const text = typeof current === 'string' ? current : '';
  for (let index = 0; index < text.length; index += 1) {
    const isEscape = text[index] === '\\' && index + 1 < text.length;
    if (isEscape) index += 1;
    if (!isEscape && text[index] === delimiter) segments.push('');
    else segments.push(`${segments.pop() ?? ''}${text[index] ?? ''}`);
  }
  return segments;
}

function failed(faults: readonly Fault[]): Composed {
  return { value: null, faults, onto: (current) => current };
}

function dimensionFault(target: string, reason: string): Fault {
  return fault('DIMENSION_INVALID', `${target}: ${reason}.`, { field: target });
}
