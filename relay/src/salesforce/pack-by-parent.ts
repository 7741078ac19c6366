const MAX_PER_CALL = 200;

/**
 * Packs records for calls of at most 200, siblings together: a child locks its parent, and two calls that touch the same parent
 * wait for each other. Only a family of more than 200 is spread over several calls.
 */
export function packByParent<T extends { readonly parent: string | null }>(records: readonly T[]): T[][] {
  const families = Map.groupBy(records, ({ parent }) => parent ?? '');
  const batches: T[][] = [];
  let open: T[] = [];
  for (const key of [...families.keys()].toSorted()) {
    for (const part of partsOf(families.get(key) ?? [])) {
      if (open.length > 0 && open.length + part.length > MAX_PER_CALL) {
        batches.push(open);
        open = [];
      }
      open.push(...part);
    }
  }
  if (open.length > 0) batches.push(open);
  return batches;
}

function partsOf<T extends { readonly parent: string | null }>(family: readonly T[]): T[][] {
  // Records without a parent lock nothing in common.
  if (family[0]?.parent === null) return family.map((record) => [record]);
  const parts: T[][] = [];
  for (let start = 0; start < family.length; start += MAX_PER_CALL)
    parts.push(family.slice(start, start + MAX_PER_CALL));
  return parts;
}
