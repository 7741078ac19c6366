type Hear = () => void;

const watchers = new Map<string, Set<Hear>>();

/** Hears whenever somebody says that the record may have changed; answers how to stop. */
export function watchRecord(recordId: string, hear: Hear): () => void {
  const key = recordId.slice(0, 15);
  const hearing = watchers.get(key) ?? new Set();
  watchers.set(key, hearing.add(hear));
  return () => hearing.delete(hear);
}

/** Tells everything on the page that shows the record. */
export function recordChanged(recordId: string): void {
  for (const hear of [...(watchers.get(recordId.slice(0, 15)) ?? [])]) hear();
}

/** Tells everything on the page, as a refresh of the whole view does. */
export function everythingChanged(): void {
  for (const hearing of watchers.values()) for (const hear of [...hearing]) hear();
}
