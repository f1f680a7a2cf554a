/** The operations of the comparison: carts that three replicas change, in the same order for every system. */

/** One operation of one replica on one cart. */
export interface Operation {
  readonly cart: number;
  /** 0, 1 or 2. */
  readonly replica: number;
  readonly kind: 'add' | 'set' | 'remove';
  readonly sku: string;
  /** Pieces, from 1; of no meaning for `remove`. */
  readonly quantity: number;
}

/** Replicas that write. */
export const REPLICAS = 3;
/** Every replica gets everything after this many operations of a cart; operations between are concurrent. */
export const SYNC_EVERY = 6;

/** Seeded generator (mulberry32): the same operations in every run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const KINDS = ['add', 'add', 'add', 'set', 'remove'] as const;

/** The operations, cart by cart. @param carts number of carts @param perCart operations of each */
export function operationsOf(carts: number, perCart: number): readonly Operation[] {
  const below = randomOf(14);
  return Array.from({ length: carts * perCart }, (_, index) => ({
    cart: Math.floor(index / perCart),
    replica: below(REPLICAS),
    kind: KINDS[below(KINDS.length)] ?? 'add',
    sku: `SKU-${below(8)}`,
    quantity: 1 + below(5),
  }));
}
