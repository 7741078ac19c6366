import { describe, expect, it } from '@jest/globals';
import { readBatch, writeBatch } from './batch.ts';

const ROOT = 'https://env.example/data/';
const TYPE = 'multipart/mixed; boundary=batchresponse_1';

const part = (status: string, body = '', head = ''): string =>
  `Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n${head}\r\nHTTP/1.1 ${status}\r\nContent-Type: application/json\r\n\r\n${body}`;
const answer = (...sections: string[]): string =>
  `${sections.map((section) => `--batchresponse_1\r\n${section}\r\n`).join('')}--batchresponse_1--\r\n`;

describe('writeBatch', () => {
  it('writes reads plainly and changes in changesets, numbered throughout, with absolute addresses', () => {
    const { contentType, body } = writeBatch(
      [
        { isChangeset: false, operations: [{ method: 'GET', path: "A('1')?cross-company=true" }] },
        { isChangeset: true, operations: [{ method: 'PATCH', path: "A('2')", body: '{"x":"ü"}', etag: 'W/"1"' }] },
      ],
      'ID',
      ROOT,
    );

    expect(contentType).toBe('multipart/mixed; boundary=batch_ID');
    expect(body.split('\r\n')).toEqual([
      '--batch_ID',
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      'Content-ID: 1',
      '',
      "GET https://env.example/data/A('1')?cross-company=true HTTP/1.1",
      'Accept: application/json;odata.metadata=minimal',
      '',
      '',
      '--batch_ID',
      'Content-Type: multipart/mixed; boundary=changeset_ID_2',
      '',
      '--changeset_ID_2',
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      'Content-ID: 2',
      '',
      "PATCH https://env.example/data/A('2') HTTP/1.1",
      'Accept: application/json;odata.metadata=minimal',
      'If-Match: W/"1"',
      'Content-Type: application/json;charset=utf-8',
      '',
      '{"x":"ü"}',
      '--changeset_ID_2--',
      '--batch_ID--',
      '',
    ]);
  });

  it.each([
    ['an address', { method: 'GET', path: 'A\r\nX-Evil: 1' }],
    ['an etag', { method: 'DELETE', path: 'A', etag: 'x\r\nX-Evil: 1' }],
  ] as const)('refuses %s that would add a header', (_what, operation) => {
    expect(() => writeBatch([{ isChangeset: true, operations: [operation] }], 'ID', ROOT)).toThrow(
      expect.objectContaining({ code: 'UNEXPECTED' }),
    );
  });
});

describe('readBatch', () => {
  it('reads single parts and changesets, with their headers and ids', () => {
    const changeset = `Content-Type: multipart/mixed; boundary="cs"\r\n\r\n--cs\r\n${part('201 Created', '{"a":1}', 'Content-ID: 2\r\n')}\r\n--cs\r\n${part('204 No Content', '', 'Content-ID: 3\r\n')}\r\n--cs--`;

    const { items, isComplete } = readBatch(TYPE, answer(part('200 OK', '{"x":1}'), changeset));

    expect(isComplete).toBe(true);
    expect(items).toMatchObject([
      { isChangeset: false, parts: [{ status: 200, body: '{"x":1}', contentId: null }] },
      {
        isChangeset: true,
        parts: [
          { status: 201, body: '{"a":1}', contentId: '2' },
          { status: 204, body: '', contentId: '3' },
        ],
      },
    ]);
  });

  it('finds the id and other headers also behind the status line', () => {
    const text = answer(
      'Content-Type: application/http\r\n\r\nHTTP/1.1 429 Too Many Requests\r\nContent-ID: 7\r\nRetry-After: 12\r\n\r\n{}',
    );

    expect(readBatch(TYPE, text).items[0]?.parts).toMatchObject([
      { status: 429, contentId: '7', headers: { 'retry-after': '12' } },
    ]);
  });

  it('takes bare line feeds, a preamble and bodies that quote a boundary', () => {
    const text = answer(part('200 OK', '{"x":"--batchresponse_1--"}')).replaceAll('\r\n', '\n');

    expect(readBatch(TYPE, `preamble\n${text}`)).toMatchObject({
      isComplete: true,
      items: [{ parts: [{ status: 200, body: '{"x":"--batchresponse_1--"}' }] }],
    });
  });

  it('says so when the end is missing', () => {
    const whole = answer(part('200 OK', '{"a":1}'), part('200 OK', '{"b":2}'));

    expect(readBatch(TYPE, whole.slice(0, -40))).toMatchObject({
      isComplete: false,
      items: [{ parts: [{ body: '{"a":1}' }] }],
    });
  });

  it.each([
    ['text/html', '<html>'],
    ['application/json', '{}'],
    ['', ''],
  ])('refuses an answer of type "%s"', (type, text) => {
    expect(() => readBatch(type, text)).toThrow(expect.objectContaining({ code: 'UNEXPECTED' }));
  });

  it('answers an empty body with nothing, incomplete', () => {
    expect(readBatch(TYPE, '')).toEqual({ items: [], isComplete: false });
  });

  it('reads five thousand parts in linear time', () => {
    const time = (count: number): number => {
      const text = answer(...Array.from({ length: count }, () => part('200 OK', `{"x":"${'y'.repeat(500)}"}`)));
      const startedAt = performance.now();
      expect(readBatch(TYPE, text).items).toHaveLength(count);
      return performance.now() - startedAt;
    };
    time(500);

    expect(time(5000)).toBeLessThan(60 * Math.max(time(500), 5));
  });
});
