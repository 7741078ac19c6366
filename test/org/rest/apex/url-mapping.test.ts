import { describe, expect, test } from '@jest/globals';
import { type ApexClassRecord, type ApexProgram } from '../../apex/program.ts';
import { findResource } from './url-mapping.ts';

function programWith(...mappings: readonly string[]): ApexProgram {
  const records = mappings.map((urlmapping) => ({
    name: urlmapping,
    annotations: [{ name: 'restresource', values: { urlmapping } }],
  }));
  return { annotatedClasses: () => records as unknown as ApexClassRecord[] } as unknown as ApexProgram;
}

function found(namespace: string | null, path: string): string | null {
  const program = programWith('/v1/*', '/v1/orders/*', '/v1/orders/open', '/v1/*/lines/*', '/Case');
  return findResource(program, namespace, path)?.mapping ?? null;
}

describe('the class of a path', () => {
  test.each([
    ['/v1/orders/open', '/v1/orders/open'],
    ['/v1/orders/open/', '/v1/orders/open'],
    ['/v1/orders/7', '/v1/orders/*'],
    ['/v1/orders/7/8/9', '/v1/orders/*'],
    ['/v1/orders', '/v1/orders/*'],
    ['/v1/quotes/lines/3', '/v1/*/lines/*'],
    ['/v1/quotes', '/v1/*'],
    ['/v1', '/v1/*'],
    ['/v10', null],
    ['/case', null],
    ['/', null],
  ])('%s is %s', (path, mapping) => {
    expect(found(null, path)).toBe(mapping);
  });

  test('of a package is found below its namespace only', () => {
    expect(found('acme', '/acme/v1/orders/7')).toBe('/v1/orders/*');
    expect(found('acme', '/v1/orders/7')).toBeNull();
    expect(found('acme', '/acme')).toBeNull();
  });
});
