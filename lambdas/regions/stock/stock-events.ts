/**
 * Content of a resource's events. A resource is a product, `stock#sku#<sku>`, or a voucher, `stock#voucher#<code>`; a piece of a voucher is
 * one use.
 */
import * as z from 'zod/mini';
import { decidedFactOf } from '../folds/decided-facts.ts';
import { DECISION_SCHEMAS } from '../folds/decisions.ts';
import { factOf, quantitySchema } from '../folds/facts.ts';

/** Payload by type of event. */
export const stockFactSchema = z.discriminatedUnion('type', [
  /** Pieces arrived. They can be sold as soon as the agreement names this event. */
  factOf(
    'stock.received',
    z.object({ pieces: quantitySchema, reason: z.enum(['goods', 'voucher', 'return', 'correction']) }),
  ),
  /** Pieces are missing. The ledger decides which Regions give them up. */
  factOf(
    'stock.missing',
    z.object({ pieces: quantitySchema, reason: z.enum(['count', 'damage', 'withdrawn']) }),
  ),
  /** Outcome of the agreement about one of these commands, or about a return of a closed origin: an event of `deposit#<command>`. */
  decidedFactOf('deposit.decided', DECISION_SCHEMAS.deposit),
]);

/** Content of an event of a resource. */
export type StockFact = z.output<typeof stockFactSchema>;

/** Facts of one type. */
export type StockFactOf<T extends StockFact['type']> = Extract<StockFact, { type: T }>;
