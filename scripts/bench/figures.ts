/** One measured figure, with the target that the product has for it, if any. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: Target;
  /** How it came about, e.g. what it is a ratio of. */
  readonly note?: string;
};

/** What a figure should be: at most so much, or at least so much. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** What one measurement came to: its figures, or why it could not be made on this machine. */
export type Measured = { readonly figures: readonly Figure[] } | { readonly skipped: string };

/** Whether a figure reaches its target; null where it has none. */
export function isReached({ value, target }: Figure): boolean | null {
  if (target === undefined) return null;
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

/** A target as people write it. */
export function targetText(target: Target | undefined): string {
  if (target === undefined) return '';
  return 'atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`;
}

/** The value below which a share `p` of the values lies (nearest rank). Throws on an empty list. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
  if (value === undefined) throw new Error('Nothing was measured, so there is no quantile.');
  return value;
}

/** The middle one of repeated measurements, which one disturbed repetition does not move. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** A figure with as many digits as it deserves: three that count. */
export function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
