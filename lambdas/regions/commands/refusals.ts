/** Reasons for which each command is refused or accepted: the source of the table in the documentation. */
import type { CommandRefusal } from './plan.ts';

/** One refusal. */
export interface RefusalRow {
  readonly command: string;
  readonly code: CommandRefusal;
  /** Field of the command that decides. */
  readonly field: string;
  /** The expected value. */
  readonly expected: string;
}

const row = (command: string, code: CommandRefusal, field: string, expected: string): RefusalRow => ({
  command,
  code,
  field,
  expected,
});

/** Every refusal besides `command_id` and `invalid`, which every command of a client may answer. */
export const REFUSALS: readonly RefusalRow[] = [
  row('add', 'cart_full', 'sku', 'at most 80 products in the cart'),
  row('set', 'cart_full', 'sku', 'at most 80 products in the cart'),
  row('remove', 'not_in_cart', 'sku', 'a product that this Region sees in the cart'),
  row('merge', 'same_cart', 'guestCart', 'another cart'),
  row('merge', 'empty_cart', 'guestCart', 'a cart with at least one line'),
  row('checkout', 'epoch_closed', 'epoch', 'the epoch that is open here'),
  row('checkout', 'empty_cart', 'cart', 'a cart with at least one line'),
  row('checkout', 'cart_changed', 'expected', 'the lines that this Region sees'),
  row('checkout', 'price_missing', '<sku>', 'a product with a price'),
  row('checkout', 'too_many_items', 'lines', 'at most 80 products and vouchers'),
  row('checkout', 'too_large', 'lines', 'an order of at most 100 KB'),
  row('cancel', 'already_ended', 'order', 'an order that has not ended'),
  row('claim', 'already_ended', 'order', 'an order that has not ended'),
  row('claim', 'over_claimed', '<line>', 'no more pieces than are left by the decisions here'),
  row('answer hold', 'not_held', 'order', 'an order that is held'),
  row('set fields', 'erased', 'account', 'an account that is not erased'),
  row('set fields', 'nothing_to_do', 'fields', 'at least one field'),
  row('claim e-mail', 'erased', 'account', 'an account that is not erased'),
  row('erase', 'erased', 'account', 'an account that is not erased'),
];

/** A case that a command accepts although it looks wrong in this Region, because another Region may know more. */
export interface AcceptedRow {
  readonly command: string;
  readonly although: string;
  /** The outcome. */
  readonly outcome: string;
}

/** Never refused. */
export const ACCEPTED: readonly AcceptedRow[] = [
  { command: 'add', although: 'more is asked for than is in stock', outcome: 'the order waits for stock' },
  {
    command: 'checkout',
    although: 'this Region has too few pieces or voucher uses',
    outcome: 'the order waits, and spends nothing',
  },
  {
    command: 'checkout',
    although: 'another Region may have closed the epoch',
    outcome: 'both make the same order, and the agreement names one',
  },
  {
    command: 'report payment',
    although: 'the order is unknown, over or paid by another payment',
    outcome: 'it is recorded; a second payment is due for refund',
  },
  {
    command: 'cancel',
    although: 'the order is unknown or confirmed',
    outcome: 'it reads "cancel requested" until the agreement answers',
  },
  { command: 'claim', although: 'the order is not confirmed here', outcome: 'it waits for the agreement' },
  {
    command: 'claim e-mail',
    although: 'another account may own the address',
    outcome: 'it is pending, then owned or taken',
  },
  {
    command: 'set fields',
    although: 'somebody else may write the same field',
    outcome: 'both values are visible',
  },
  {
    command: 'record loss',
    although: 'this Region has fewer pieces',
    outcome: 'the ledger assigns the loss',
  },
];
