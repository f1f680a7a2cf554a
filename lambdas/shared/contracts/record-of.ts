/** A record of these entries, in their order. The caller gives an entry for every key of the type. */
export const recordOf = <K extends string, V>(entries: readonly (readonly [K, V])[]): Record<K, V> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `fromEntries` forgets the type of its keys
  Object.fromEntries(entries) as Record<K, V>;
