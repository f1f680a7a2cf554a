/** Names that are derived from the purchase. */
import { hashOf } from '../../shared/domain/hashing.ts';
import { compareText } from '../log/event.ts';

/** Id of the order of one epoch of a cart: 160 bits, 40 hex digits. Every checkout of the epoch, in any Region, has this order id. */
export const orderIdOf = (cartId: string, epoch: number): string =>
  hashOf(['regions/order', cartId, epoch]).slice(0, 40);

/** Hash of products and quantities, without prices: the same lines in another cart give the same hash. */
export const linesHashOf = (lines: readonly { readonly sku: string; readonly quantity: number }[]): string =>
  hashOf(
    lines
      .map(({ sku, quantity }) => [sku, quantity] as const)
      .toSorted(([a, m], [b, n]) => compareText(a, b) || m - n),
  );
