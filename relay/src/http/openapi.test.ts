import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import codes from '../../../contracts/error-codes.json' with { type: 'json' };
import type { ErrorCode } from '../errors.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { statusOf } from './problem-answer.ts';
import { createRoutes } from './server.ts';

type Response = { readonly $ref?: string; readonly 'x-codes'?: readonly ErrorCode[]; readonly content?: unknown };
type Operation = { readonly security?: readonly unknown[]; readonly responses: Readonly<Record<string, Response>> };
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
};

const CONTRACTS = resolve(import.meta.dirname, '../../../contracts');
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const FORWARD = '/v1/forward/{connection}/{path}';
const text = readFileSync(resolve(CONTRACTS, 'openapi.yaml'), 'utf8');
const document = parse(text) as Document;

const never = () => Promise.reject(new Error('not called'));
const routes = createRoutes({
  settings: { connections: new Map(), metricsToken: null },
  verifier: { verify: never, reload: never },
  sync: never,
  events: never,
  audit: never,
  problems: { find: never, retry: never },
  forward: () => undefined,
  metrics: createMetrics(),
  log: { trace: noop, debug: noop, info: noop, warn: noop, error: noop, fatal: noop, child: never as never },
  isReady: never,
  clock: () => new Date(0),
  ids: () => '',
});

function noop() {
  return undefined;
}

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => METHODS.includes(method))
    .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation })),
);

function responsesOf(operation: Operation): [status: string, response: Response][] {
  return Object.entries(operation.responses).map(([status, response]) => {
    const name = response.$ref?.replace('#/components/responses/', '');
    return [status, name === undefined ? response : (document.components.responses[name] ?? {})];
  });
}

describe('contracts/openapi.yaml', () => {
  it('describes the routes that there are, and no others', () => {
    const documented = operations.filter(({ path }) => path !== FORWARD).map(({ name }) => name);
    const real = routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);

    expect(documented.sort()).toEqual(real.sort());
    expect(operations.filter(({ path }) => path === FORWARD)).toHaveLength(5);
  });

  it('says of the open routes, and of no others, that they need no token', () => {
    const open = operations.filter(({ operation }) => operation.security?.length === 0).map(({ path }) => path);
    const real = routes.filter(({ access }) => access === 'open').map(({ path }) => path.replace(/:(\w+)/g, '{$1}'));

    expect(open.sort()).toEqual(real.sort());
  });

  it('names only codes that there are, each at the status that it is answered with', () => {
    const named = operations.flatMap(({ operation }) =>
      responsesOf(operation).flatMap(([status, response]) =>
        (response['x-codes'] ?? []).map((code) => ({ status, code })),
      ),
    );

    expect(named.length).toBeGreaterThan(20);
    for (const { status, code } of named) {
      expect(Object.keys(codes)).toContain(code);
      expect({ code, status: String(statusOf(code)) }).toEqual({ code, status });
    }
  });

  it('leaves out no code that HTTP answers with', () => {
    const named = new Set(
      Object.values(document.components.responses).flatMap((response) => response['x-codes'] ?? []),
    );
    const answered = Object.entries(codes).filter(([, entry]) => 'status' in entry);

    expect(answered.map(([code]) => code).filter((code) => !named.has(code as ErrorCode))).toEqual([]);
  });

  it('refers only to what exists, and every answer tells its body', () => {
    const files = [...text.matchAll(/\$ref: '?(schemas\/[\w.-]+\.json)/g)].map(([, file = '']) => file);

    expect(new Set(files).size).toBeGreaterThanOrEqual(6);
    for (const file of files) expect(JSON.parse(readFileSync(resolve(CONTRACTS, file), 'utf8'))).toHaveProperty('$id');
    for (const { operation } of operations) {
      for (const [, response] of responsesOf(operation)) expect(response.content).toBeDefined();
    }
  });
});
