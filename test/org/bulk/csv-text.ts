import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { RecordError } from '../record-error.ts';

const DELIMITERS = { BACKQUOTE: '`', CARET: '^', COMMA: ',', PIPE: '|', SEMICOLON: ';', TAB: '\t' } as const;
const LINE_ENDINGS = { LF: '\n', CRLF: '\r\n' } as const;

export type ColumnDelimiter = keyof typeof DELIMITERS;
export type LineEnding = keyof typeof LINE_ENDINGS;

/** How the CSV of a job is written, both ways. */
export type CsvFormat = { readonly columnDelimiter: ColumnDelimiter; readonly lineEnding: LineEnding };

export type CsvTable = { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };

export function isColumnDelimiter(value: unknown): value is ColumnDelimiter {
  return typeof value === 'string' && Object.hasOwn(DELIMITERS, value);
}

export function isLineEnding(value: unknown): value is LineEnding {
  return typeof value === 'string' && Object.hasOwn(LINE_ENDINGS, value);
}

/** An uploaded file as header and rows; what cannot be read fails the whole job in the platform's words. */
export function parseCsv(text: string, { columnDelimiter, lineEnding }: CsvFormat): CsvTable {
  refuseOtherLineEnding(text, lineEnding);
  try {
    const [header = [], ...rows] = parse(text, {
      delimiter: DELIMITERS[columnDelimiter],
      record_delimiter: LINE_ENDINGS[lineEnding],
      skip_empty_lines: true,
      bom: true,
    });
    return { header, rows };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new RecordError('InvalidBatch', `Failed to parse CSV. ${REASONS[error.code] ?? error.message}`);
  }
}

const UNESCAPED_QUOTE = 'Found unescaped quote. A value with quote should be within a quote';
const REASONS: Readonly<Partial<Record<string, string>>> = {
  INVALID_OPENING_QUOTE: UNESCAPED_QUOTE,
  CSV_INVALID_CLOSING_QUOTE: UNESCAPED_QUOTE,
};

/** The first line tells; a field name holds no line break. */
function refuseOtherLineEnding(text: string, lineEnding: LineEnding): void {
  const first = /\r?\n/.exec(text)?.[0];
  if (first === undefined || first === LINE_ENDINGS[lineEnding]) return;
  throw new RecordError(
    'ClientInputError',
    `LineEnding is invalid on user data. Current LineEnding setting is ${lineEnding}`,
  );
}

/** Rows as the platform writes them: its own leading columns quoted, the caller's columns as they need it. */
export function writeCsv(
  rows: readonly (readonly string[])[],
  ownColumns: number,
  { columnDelimiter, lineEnding }: CsvFormat,
): string {
  return stringify(rows as string[][], {
    delimiter: DELIMITERS[columnDelimiter],
    record_delimiter: LINE_ENDINGS[lineEnding],
    cast: {
      string: (value, { index }) => (index < ownColumns ? { value, quoted: true, quoted_empty: true } : value),
    },
  });
}
