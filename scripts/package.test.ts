import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { stepsOf } from './package.ts';

describe('npm run package', () => {
  it('tests in an org of its own, and deletes that', () => {
    const steps = stepsOf('test', '1.0.0.NEXT') ?? [];
    const org = steps[0]?.[steps[0].indexOf('--alias') + 1];

    expect(steps.map((step) => step.slice(0, 3).join(' '))).toEqual([
      'org create scratch',
      'project deploy start',
      'apex run test',
      'org delete scratch',
    ]);
    for (const step of steps.slice(1)) expect(step[step.indexOf('--target-org') + 1]).toBe(org);
  });

  it('names files that exist', () => {
    const files = (stepsOf('test', '') ?? []).flat().filter((parameter) => /^(config|force-app)/.test(parameter));

    expect(files).toHaveLength(2);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('makes the version that the project names, with coverage, as promotion asks', () => {
    const step: readonly string[] = stepsOf('version', '0.1.0.NEXT')?.[0] ?? [];

    expect(step[step.indexOf('--version-number') + 1]).toBe('0.1.0.NEXT');
    expect(step).toContain('--code-coverage');
  });

  it('knows no other verb', () => {
    expect(stepsOf('promote', '0.1.0.NEXT')).toBeNull();
  });
});
