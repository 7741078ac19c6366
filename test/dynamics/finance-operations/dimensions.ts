import { type Environment } from './environment.ts';
import { fieldRefused } from './refusals.ts';
import { type EntitySet } from './schema.ts';
import { type Values } from './state.ts';

const DELIMITERS: Readonly<Record<string, string>> = {
  Hyphen: '-',
  Period: '.',
  Underscore: '_',
  Bar: '|',
  Tilde: '~',
  DoubleHyphen: '--',
  DoublePeriod: '..',
  DoubleUnderscore: '__',
  DoubleBar: '||',
  DoubleTilde: '~~',
};

const DEFAULT_DIMENSION_FIELDS = ['DefaultLedgerDimensionDisplayValue', 'DefaultDimensionDisplayValue'];

/** Splits a display value at its delimiter; a backslash takes the next character literally. */
export function splitDisplayValue(value: string, delimiter: string): string[] {
  const segments: string[] = [];
  let segment = '';
  for (let position = 0; position < value.length; position += 1) {
    if (value[position] === '\\') {
      position += 1;
      segment += value[position] ?? '';
    } else if (value.startsWith(delimiter, position)) {
      segments.push(segment);
      segment = '';
      position += delimiter.length - 1;
    } else {
      segment += value[position] ?? '';
    }
  }
  segments.push(segment);
  return segments;
}

/** The delimiter that the dimension parameters set. */
export function dimensionDelimiter(environment: Environment): string {
  const [parameters] = environment.state.rows('DimensionParameters');
  return DELIMITERS[parameters?.values['DimensionSegmentDelimiter'] ?? 'Hyphen'] ?? '-';
}

function activeDimensions(environment: Environment, delimiter: string): string[] | null {
  for (const { values } of environment.state.rows('DimensionIntegrationFormats')) {
    const isDefault = values['DimensionFormatType'] === 'DataEntityDefaultDimensionFormat';
    if (isDefault && values['IsActive'] === 'Yes')
      return splitDisplayValue(values['FinancialDimensionFormat'] ?? '', delimiter);
  }
  return null;
}

function refuseValue(dimension: string, value: string, company: string, environment: Environment): string | null {
  const { state } = environment;
  const row =
    state.get('FinancialDimensionValues', dimension, company, value) ??
    state.get('FinancialDimensionValues', dimension, '', value);
  if (row === undefined) return `The value '${value}' is not a valid value for financial dimension '${dimension}'.`;
  if (row.values['IsSuspended'] === 'Yes')
    return `The value '${value}' of financial dimension '${dimension}' is suspended.`;
  return null;
}

/** Checks default dimension strings against the active format and the dimension values, as the entity's resolver does. */
export function checkDimensions(
  set: EntitySet,
  company: string,
  given: Readonly<Values>,
  environment: Environment,
): void {
  for (const field of DEFAULT_DIMENSION_FIELDS) {
    const text = given[field] ?? '';
    if (text === '') continue;
    const delimiter = dimensionDelimiter(environment);
    const dimensions = activeDimensions(environment, delimiter);
    if (dimensions === null)
      throw fieldRefused(set.aot, field, 'No default dimension format is active for data entities.');
    const segments = splitDisplayValue(text, delimiter);
    if (segments.length !== dimensions.length) {
      const reason = `The dimension value '${text}' has ${segments.length} segments; the active format '${dimensions.join(delimiter)}' has ${dimensions.length}.`;
      throw fieldRefused(set.aot, field, reason);
    }
    for (const [position, dimension] of dimensions.entries()) {
      const segment = segments[position] ?? '';
      const reason = segment === '' ? null : refuseValue(dimension, segment, company, environment);
      if (reason !== null) throw fieldRefused(set.aot, field, reason);
    }
  }
}
