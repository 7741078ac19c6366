import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Lease } from '../../store/store.ts';
import { keepLeases, LEASE_MS } from './keep-leases.ts';

const lease: Lease = { resource: 'record:a', fencingToken: '1' };
const renewed: (readonly [readonly Lease[], number])[] = [];
const store = {
  renewLeases: async (leases: readonly Lease[], ttlMs: number): Promise<void> => void renewed.push([leases, ttlMs]),
};

beforeEach(() => {
  jest.useFakeTimers();
  renewed.length = 0;
});

afterEach(() => void jest.useRealTimers());

describe('keeping leases', () => {
  it('renews all that the run holds by then, well before they end', () => {
    const held: Lease[] = [];
    const letGo = keepLeases(store, () => [...held], 120_000);
    held.push(lease);

    jest.advanceTimersByTime(LEASE_MS / 2);

    expect(renewed).toEqual([[[lease], LEASE_MS]]);
    letGo();
  });

  it('asks for nothing while the run holds nothing', () => {
    const letGo = keepLeases(store, () => [], 120_000);

    jest.advanceTimersByTime(LEASE_MS);

    expect(renewed).toEqual([]);
    letGo();
  });

  it('renews no more once the run let go', () => {
    keepLeases(store, () => [lease], 120_000)();

    jest.advanceTimersByTime(LEASE_MS * 2);

    expect(renewed).toEqual([]);
  });

  it('lets go of a run that hangs', () => {
    keepLeases(store, () => [lease], 2 * LEASE_MS);
    jest.advanceTimersByTime(2 * LEASE_MS);
    renewed.length = 0;

    jest.advanceTimersByTime(10 * LEASE_MS);

    expect(renewed).toEqual([]);
  });

  it('survives a renewal that fails', async () => {
    const failing = { renewLeases: () => Promise.reject(new Error('the database went away')) };
    const letGo = keepLeases(failing, () => [lease], 120_000);

    await jest.advanceTimersByTimeAsync(LEASE_MS);

    letGo();
    expect(jest.getTimerCount()).toBe(0);
  });
});
