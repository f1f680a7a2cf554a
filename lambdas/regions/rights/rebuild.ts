/**
 * Rebuilds the ledger after its table was lost: a new generation, made from the Regions' own totals.
 *
 * Invariants
 * 1. A Region's item follows one generation. It moves to the next one before its totals are adopted, so a draw of the lost ledger that had
 *    not reached the Region never does.
 * 2. Nothing is drawn until every incarnation has given its totals or is closed.
 */
import { accepted, type Put, refused, unchanged } from '../change.ts';
import type { Origin } from '../log/event.ts';
import { EMPTY_ACCOUNT, emptyLedger, type RightsLedger, rightsKeyOf, withAccount } from './ledger.ts';
import { type LedgerStep, putLedger } from './ledger-steps.ts';
import type { RightsHead } from './region-item.ts';
import type { RegionStep } from './region-steps.ts';
import { assignLoss } from './shrinkage.ts';

/** Moves a Region's item to a new generation. Afterwards it follows no older ledger. Redelivery is `nothing_to_do`. */
export const takeGeneration = (head: RightsHead, generation: number): RegionStep =>
  generation <= head.generation
    ? refused('nothing_to_do', 'generation', `a generation above ${head.generation}`)
    : accepted([
        {
          kind: 'put',
          key: rightsKeyOf(head.resource),
          condition: unchanged(head.version === 0 ? undefined : head),
          next: { ...head, generation, version: head.version + 1 },
        },
      ]);

/** The first item of a resource in a new generation: the totals of every incarnation that ever served are still missing. */
export const rebuiltLedger = (
  resource: string,
  generation: number,
  incarnations: readonly Origin[],
): Put<RightsLedger> => ({
  kind: 'put',
  key: rightsKeyOf(resource),
  condition: { kind: 'absent' },
  next: { ...emptyLedger(resource, generation), version: 1, unknown: incarnations.toSorted() },
});

/** Takes over the totals of one Region that has moved to this generation. Redelivery is `nothing_to_do`. */
export function adoptRegion(ledger: RightsLedger, head: RightsHead, epoch: number): LedgerStep {
  if (head.generation !== ledger.generation)
    return refused('other_generation', 'generation', `generation ${ledger.generation}`);
  if (!ledger.unknown.includes(head.origin))
    return refused('nothing_to_do', 'origin', `one of ${ledger.unknown.join(', ')}`);
  const { drawn, assigned, returned, deposited, writtenOff } = head;
  const unknown = ledger.unknown.filter((other) => other !== head.origin);
  const account = { ...EMPTY_ACCOUNT, drawn, assigned, returned, deposited, writtenOff, epoch };
  const next = withAccount({ ...ledger, unknown }, head.origin, account);
  return putLedger(ledger, unknown.length === 0 ? assignLoss(next) : next);
}
