/** What a relay says about its own process at /metrics. */
export type RelayUsage = { readonly residentBytes: number; readonly cpuSeconds: number };

/** Asks a relay for its memory and processor time. */
export async function relayUsage(relayUrl: string): Promise<RelayUsage> {
  const text = await (await fetch(`${relayUrl}/metrics`)).text();
  return {
    residentBytes: metric(text, 'process_resident_memory_bytes'),
    cpuSeconds: metric(text, 'process_cpu_seconds_total'),
  };
}

/** The value of a metric without labels in Prometheus' text format. Throws where it is missing. */
export function metric(text: string, name: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  if (line === undefined) throw new Error(`The relay's /metrics has no ${name}.`);
  return Number(line.slice(name.length + 1));
}
