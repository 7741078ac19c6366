import { describe, expect, test } from '@jest/globals';
import { readWrk } from './http-load.ts';

const REPORT = `Running 4s test @ http://127.0.0.1:8080/v1/forward/origin/CustomersV3
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.42ms  410.00us  12.00ms   92.00%
  86534 requests in 4.05s, 112.00MB read
Requests/sec:  21366.42
`;

describe('wrk', () => {
  test('its report gives the requests and how long they took', () => {
    expect(readWrk(REPORT)).toEqual({ requests: 86_534, seconds: 4.05 });
    expect(readWrk(REPORT.replace('4.05s', '500.00ms')).seconds).toBe(0.5);
  });

  test('a report with refused requests is no measurement', () => {
    expect(() => readWrk(`${REPORT}  Non-2xx or 3xx responses: 12\n`)).toThrow('Non-2xx or 3xx responses: 12');
  });

  test('a report that says nothing is no measurement', () => {
    expect(() => readWrk('unable to connect')).toThrow('unable to connect');
  });
});
