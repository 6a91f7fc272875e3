/** Node 20 has no Map.groupBy. */
export function groupBy<T, Key>(list: readonly T[], keyOf: (entry: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const entry of list) {
    const others = groups.get(keyOf(entry));
    if (others === undefined) groups.set(keyOf(entry), [entry]);
    else others.push(entry);
  }
  return groups;
}
