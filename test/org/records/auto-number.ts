/** `SR-{0000}` with 7 → `SR-0007`; `{YYYY}`, `{YY}`, `{MM}` and `{DD}` take the day of creation. */
export function formatAutoNumber(format: string, number: number, now: string): string {
  return format
    .replace('{YYYY}', now.slice(0, 4))
    .replace('{YY}', now.slice(2, 4))
    .replace('{MM}', now.slice(5, 7))
    .replace('{DD}', now.slice(8, 10))
    .replace(/\{(0+)\}/, (_, zeros: string) => String(number).padStart(zeros.length, '0'));
}
