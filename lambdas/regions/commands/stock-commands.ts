/** Commands about a resource. Pieces can be sold, or are removed, as soon as the agreement names the event. */
import { type StockFactOf, stockFactSchema } from '../stock/stock-events.ts';
import type { StockState } from '../stock/stock-fold.ts';
import { type CommandEnvelope, type CommandResult, planClientEvents } from './plan.ts';

/** A resource as this Region sees it. */
export interface StockView {
  /** E.g. `sku#4711` or `voucher#SUMMER`. */
  readonly resource: string;
  readonly state: StockState;
}

/** Records pieces that arrived, or a voucher that was issued. */
export const planReceived = (
  envelope: CommandEnvelope,
  { resource, state }: StockView,
  payload: StockFactOf<'stock.received'>['payload'],
): CommandResult =>
  planClientEvents(
    envelope,
    ['received', resource, payload],
    [
      {
        entity: `stock#${resource}`,
        state,
        schema: stockFactSchema,
        type: 'stock.received',
        payload: { ...payload },
      },
    ],
  );

/** Records missing pieces. It is accepted regardless of this Region's stock: the ledger decides which Region gives them up. */
export const planMissing = (
  envelope: CommandEnvelope,
  { resource, state }: StockView,
  payload: StockFactOf<'stock.missing'>['payload'],
): CommandResult =>
  planClientEvents(
    envelope,
    ['missing', resource, payload],
    [
      {
        entity: `stock#${resource}`,
        state,
        schema: stockFactSchema,
        type: 'stock.missing',
        payload: { ...payload },
      },
    ],
  );
