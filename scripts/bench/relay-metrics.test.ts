import { describe, expect, test } from '@jest/globals';
import { metric } from './relay-metrics.ts';

const TEXT = `# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 12.5
process_cpu_seconds_total_other 99
process_resident_memory_bytes 1.5e+8
`;

describe('relay metrics', () => {
  test('a metric is found by its whole name, its explanation is passed over', () => {
    expect(metric(TEXT, 'process_cpu_seconds_total')).toBe(12.5);
    expect(metric(TEXT, 'process_resident_memory_bytes')).toBe(150_000_000);
  });

  test('a missing metric is an error and not a zero', () => {
    expect(() => metric(TEXT, 'process_cpu')).toThrow('/metrics has no process_cpu');
  });
});
