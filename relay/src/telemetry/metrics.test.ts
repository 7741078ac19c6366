import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createMetrics } from './metrics.ts';

function valueOf(text: string, series: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  if (line === undefined) throw new Error(`no series ${series} in:\n${text}`);
  return Number(line.slice(series.length + 1));
}

describe('createMetrics', () => {
  it('counts units, events, throttles and lease conflicts by their names', async () => {
    const metrics = createMetrics();

    metrics.unit({ outcome: 'created', mapping: 'Account_Customer', company: 'usmf' });
    metrics.unit({ outcome: 'created', mapping: 'Account_Customer', company: 'usmf' });
    metrics.unit({ outcome: 'rejected', mapping: 'Account_Customer', company: null });
    metrics.event('contoso', 'duplicate');
    metrics.throttled('dynamics', 'contoso');
    metrics.leaseConflict();
    metrics.inbound({ outcome: 'updated', mapping: 'SalesInvoice_Invoice', company: 'usmf' });
    metrics.apiBudget('00D000000000062EAA', { used: 25, limit: 15_000 });
    metrics.apiBudget('00D000000000062EAA', { used: 27, limit: 15_000 });

    const text = await metrics.text();
    expect(
      valueOf(text, 'causeway_sync_units_total{outcome="created",mapping="Account_Customer",company="usmf"}'),
    ).toBe(2);
    expect(valueOf(text, 'causeway_sync_units_total{outcome="rejected",mapping="Account_Customer",company=""}')).toBe(
      1,
    );
    expect(valueOf(text, 'causeway_events_total{connection="contoso",verdict="duplicate"}')).toBe(1);
    expect(valueOf(text, 'causeway_external_throttled_total{system="dynamics",target="contoso"}')).toBe(1);
    expect(valueOf(text, 'causeway_lease_conflicts_total')).toBe(1);
    expect(
      valueOf(text, 'causeway_inbound_records_total{outcome="updated",mapping="SalesInvoice_Invoice",company="usmf"}'),
    ).toBe(1);
    expect(valueOf(text, 'causeway_salesforce_api_calls_used{org="00D000000000062EAA"}')).toBe(27);
    expect(valueOf(text, 'causeway_salesforce_api_calls_limit{org="00D000000000062EAA"}')).toBe(15_000);
  });

  it('counts overlapping waits once, and none of them as own share', async () => {
    const metrics = createMetrics();
    const wait = () => metrics.external({ system: 'dynamics', target: 'contoso', operation: 'read' }, () => sleep(40));

    await metrics.measureSync(() => Promise.all([wait(), wait(), wait()]));

    const text = await metrics.text();
    const total = valueOf(text, 'causeway_sync_call_seconds_sum');
    const own = valueOf(text, 'causeway_sync_own_seconds_sum');
    expect(total).toBeGreaterThan(0.035);
    expect(own).toBeGreaterThanOrEqual(0);
    expect(own).toBeLessThan(total - 0.03);
    expect(
      valueOf(
        text,
        'causeway_external_call_seconds_count{system="dynamics",target="contoso",operation="read",result="answered"}',
      ),
    ).toBe(3);
  });

  it('measures and passes on what fails', async () => {
    const metrics = createMetrics();
    const fail = () => Promise.reject(new Error('cut'));

    const call = metrics.measureSync(() =>
      metrics.external({ system: 'salesforce', target: 'o', operation: 'query' }, fail),
    );

    await expect(call).rejects.toThrow('cut');
    const text = await metrics.text();
    expect(valueOf(text, 'causeway_sync_call_seconds_count')).toBe(1);
    expect(
      valueOf(
        text,
        'causeway_external_call_seconds_count{system="salesforce",target="o",operation="query",result="failed"}',
      ),
    ).toBe(1);
  });

  it('keeps the number of series bounded whatever names it is given', async () => {
    const metrics = createMetrics();

    for (let index = 0; index < 1000; index++) {
      metrics.unit({ outcome: 'created', mapping: `Mapping_${index}`, company: `c${index}` });
    }

    const series = (await metrics.text()).split('\n').filter((line) => line.startsWith('causeway_sync_units_total{'));
    expect(series).toHaveLength(201);
    expect(series.at(-1)).toBe('causeway_sync_units_total{outcome="created",mapping="other",company="other"} 800');
  });

  it('reads the figures of the database on each scrape, and answers without them while it is away', async () => {
    const metrics = createMetrics();
    let isAway = false;
    metrics.onScrape(async () => {
      if (isAway) throw new Error('away');
      return { queueDepth: { 'event.finance-operations': 7 }, openProblems: 2 };
    });

    const text = await metrics.text();
    isAway = true;
    const whileAway = await metrics.text();

    expect(valueOf(text, 'causeway_jobs_waiting{queue="event.finance-operations"}')).toBe(7);
    expect(valueOf(text, 'causeway_problems_open')).toBe(2);
    expect(whileAway).toContain('causeway_lease_conflicts_total 0');
  });
});
