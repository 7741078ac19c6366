/** Looks again and again until there is something to see; fails by name when the time is over. */
export async function until<T>(look: () => T | null | Promise<T | null>, what: string, timeoutMs = 20_000): Promise<T> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    const seen = await look();
    if (seen !== null) return seen;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`Waited ${timeoutMs / 1_000} s in vain until ${what}.`);
}
