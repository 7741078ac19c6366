import { RelayError } from '../../errors.ts';

/** What Dynamics takes in one batch. */
export const MAX_OPERATIONS = 5000;

/** One request inside a batch; `path` is relative to the OData root. */
export type Operation = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly etag?: string;
};

/** One answer inside a batch, or the answer to a single request. */
export type Part = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly contentId: string | null;
};

/** What a batch answers to one of its members: one part, or the parts of a changeset that was carried out whole. */
export type BatchItem = { readonly isChangeset: boolean; readonly parts: readonly Part[] };

/** A batch's answer; `isComplete` is false where the closing boundary is missing, so that the end may have been lost. */
export type BatchAnswer = { readonly items: readonly BatchItem[]; readonly isComplete: boolean };

/** A member of a batch: one read, or the operations of a changeset. */
export type BatchMember = { readonly isChangeset: boolean; readonly operations: readonly Operation[] };

const JSON_TYPE = 'application/json;odata.metadata=minimal';
const HTTP_PART = 'Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n';
const PRINTABLE = /^[\x20-\x7e]+$/;

/** Writes a `multipart/mixed` batch; operations are numbered by Content-ID from 1. `id` must be unique, `root` absolute. */
export function writeBatch(
  members: readonly BatchMember[],
  id: string,
  root: string,
): { contentType: string; body: string } {
  const batch = `batch_${id}`;
  let contentId = 0;
  let body = '';
  for (const [index, { isChangeset, operations }] of members.entries()) {
    body += `--${batch}\r\n`;
    const changeset = `changeset_${id}_${index + 1}`;
    if (isChangeset) body += `Content-Type: multipart/mixed; boundary=${changeset}\r\n\r\n`;
    for (const operation of operations) {
      contentId += 1;
      if (isChangeset) body += `--${changeset}\r\n`;
      body += writeOperation(operation, contentId, root);
    }
    if (isChangeset) body += `--${changeset}--\r\n`;
  }
  return { contentType: `multipart/mixed; boundary=${batch}`, body: `${body}--${batch}--\r\n` };
}

function writeOperation({ method, path, body, etag }: Operation, contentId: number, root: string): string {
  if (!PRINTABLE.test(path) || (etag !== undefined && !PRINTABLE.test(etag))) {
    throw new RelayError('UNEXPECTED', 'A batch holds an address or etag with characters that would break it apart.');
  }
  const match = etag === undefined ? '' : `If-Match: ${etag}\r\n`;
  const content = body === undefined ? '\r\n\r\n' : `Content-Type: application/json;charset=utf-8\r\n\r\n${body}\r\n`;
  return `${HTTP_PART}Content-ID: ${contentId}\r\n\r\n${method} ${root}${path} HTTP/1.1\r\nAccept: ${JSON_TYPE}\r\n${match}${content}`;
}

/** Reads a batch's answer in one pass; throws UNEXPECTED where it is no multipart document. */
export function readBatch(contentType: string, text: string): BatchAnswer {
  const boundary = boundaryOf(contentType);
  if (boundary === null) throw new RelayError('UNEXPECTED', 'Dynamics answered a batch with something else.');
  const { sections, isComplete } = split(text, boundary);
  return { items: sections.map(readItem), isComplete };
}

function boundaryOf(contentType: string): string | null {
  const [, quoted, plain] = /multipart\/mixed\s*;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  return quoted ?? plain ?? null;
}

function split(text: string, boundary: string): { sections: string[]; isComplete: boolean } {
  const delimiter = `--${boundary}`;
  const sections: string[] = [];
  let at = text.startsWith(delimiter) ? 0 : text.indexOf(`\n${delimiter}`) + 1;
  if (at === 0 && !text.startsWith(delimiter)) return { sections, isComplete: false };
  for (;;) {
    const start = at + delimiter.length;
    if (text.startsWith('--', start)) return { sections, isComplete: true };
    const next = text.indexOf(`\n${delimiter}`, start);
    if (next < 0) return { sections, isComplete: false };
    sections.push(text.slice(text.indexOf('\n', start) + 1, text[next - 1] === '\r' ? next - 1 : next));
    at = next + 1;
  }
}

function readItem(section: string): BatchItem {
  const { headers, body } = readHead(section);
  const boundary = boundaryOf(headers['content-type'] ?? '');
  if (boundary === null) return { isChangeset: false, parts: [readPart(headers, body)] };
  const parts = split(body, boundary).sections.map((part) => {
    const inner = readHead(part);
    return readPart(inner.headers, inner.body);
  });
  return { isChangeset: true, parts };
}

function readPart(mime: Readonly<Record<string, string>>, http: string): Part {
  const [line = ''] = http.split('\n', 1);
  const { headers, body } = readHead(http.slice(line.length + 1));
  const status = Number(/^HTTP\/\d\.\d (\d{3})/.exec(line)?.[1] ?? 0);
  return { status, headers, body, contentId: mime['content-id'] ?? headers['content-id'] ?? null };
}

function readHead(text: string): { headers: Record<string, string>; body: string } {
  const headers: Record<string, string> = {};
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end).trimEnd();
    at = end < 0 ? text.length : end + 1;
    if (line === '') break;
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, body: text.slice(at) };
}
