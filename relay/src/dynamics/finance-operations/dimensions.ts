import { RelayError } from '../../errors.ts';
import type { Answer, Call, DimensionFormat, EntityRecord, FindRequest } from '../connector.ts';

// The format is set-up: it changes rarely, but nobody restarts a relay for it.
const LIFETIME_MS = 10 * 60_000;

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

const FORMATS: FindRequest = {
  entitySet: 'DimensionIntegrationFormats',
  company: null,
  anyOf: [
    [
      { field: 'DimensionFormatType', value: 'DataEntityDefaultDimensionFormat' },
      { field: 'IsActive', value: 'Yes' },
    ],
  ],
  fields: ['FinancialDimensionFormat'],
  limit: 1,
};

const PARAMETERS: FindRequest = {
  entitySet: 'DimensionParameters',
  company: null,
  anyOf: [[]],
  fields: ['DimensionSegmentDelimiter'],
  limit: 1,
};

/** Reads how the environment writes default dimensions, once for all who ask, and again from time to time. */
export function createDimensionFormat(options: {
  readonly find: (requests: readonly FindRequest[], call: Call) => Promise<Answer<EntityRecord[]>[]>;
  readonly clock: () => Date;
}): (call: Call) => Promise<DimensionFormat> {
  let known: { readonly format: DimensionFormat; readonly readAt: number } | null = null;
  return async (call) => {
    const now = options.clock().getTime();
    if (known !== null && now - known.readAt < LIFETIME_MS) return known.format;
    const [formats, parameters] = await options.find([FORMATS, PARAMETERS], call);
    const format = valueOf(formats, 'FinancialDimensionFormat');
    const delimiter = DELIMITERS[valueOf(parameters, 'DimensionSegmentDelimiter') ?? ''];
    if (format === null || delimiter === undefined) {
      throw new RelayError(
        'MAPPING_INVALID',
        'Dynamics has no active format for default dimensions in data entities; activate one under Financial dimension configuration for integrating applications.',
      );
    }
    known = { format: { segments: format.split(delimiter), delimiter }, readAt: now };
    return known.format;
  };
}

function valueOf(answer: Answer<EntityRecord[]> | undefined, field: string): string | null {
  if (answer?.ok === false) {
    const { code, message, retryAfterMs } = answer.fault;
    throw new RelayError(code, message, retryAfterMs === null ? {} : { retryAfterMs });
  }
  const value = answer?.value[0]?.values[field];
  return typeof value === 'string' ? value : null;
}
