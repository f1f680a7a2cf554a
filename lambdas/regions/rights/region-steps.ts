/**
 * Steps of the keeper and of deposits on a Region's own items: one transaction of this Region's table for each step. The head's version
 * makes redelivery fail; changes of slots are conditional on their pieces.
 */
import { accepted, isCount, type Put, refused, type Result, unchanged } from '../change.ts';
import { accountOf, type RightsLedger, rightsKeyOf } from './ledger.ts';
import {
  availablePieces,
  type CountedMark,
  markKeyOf,
  type RegionRights,
  type RightsHead,
} from './region-item.ts';
import { drain, type SlotChange, spread } from './slots.ts';

/** Why a step on a Region's own items is refused. */
export type RegionRefusal =
  'not_a_count' | 'other_generation' | 'behind_region' | 'too_few' | 'not_named' | 'nothing_to_do';

/** Changes of one step, written in one transaction. */
export type RegionStep = Result<readonly (Put<RightsHead> | Put<CountedMark> | SlotChange)[], RegionRefusal>;

const putHead = (read: RightsHead, change: Partial<RightsHead>): Put<RightsHead> => ({
  kind: 'put',
  key: rightsKeyOf(read.resource),
  condition: unchanged(read.version === 0 ? undefined : read),
  next: { ...read, ...change, version: read.version + 1 },
});

const refusedFollow = (head: RightsHead, ledger: RightsLedger): RegionStep | undefined => {
  const { drawn, assigned } = accountOf(ledger, head.origin);
  if (ledger.generation !== head.generation)
    return refused('other_generation', 'generation', `generation ${head.generation}`);
  if (drawn < head.drawn) return refused('behind_region', 'drawn', `at least ${head.drawn}`);
  if (assigned < head.assigned) return refused('behind_region', 'assigned', `at least ${head.assigned}`);
  return drawn === head.drawn && assigned === head.assigned
    ? refused('nothing_to_do', 'drawn', `a total above ${head.drawn}`)
    : undefined;
};

/**
 * Moves the head to the ledger's totals: drawn pieces are added to the slots, assigned pieces are removed. Drawn pieces pay the debt first.
 * This step also finishes a draw whose keeper died after the ledger's write.
 */
export function followLedger(rights: RegionRights, ledger: RightsLedger): RegionStep {
  const { head, slots } = rights;
  const refusal = refusedFollow(head, ledger);
  if (refusal !== undefined) return refusal;
  const { drawn, assigned } = accountOf(ledger, head.origin);
  const arrived = drawn - head.drawn;
  const debt = head.owed + assigned - head.assigned;
  const paidByDraw = Math.min(arrived, debt);
  const paidBySlots = Math.min(availablePieces(slots), debt - paidByDraw);
  const change = { drawn, assigned, owed: debt - paidByDraw - paidBySlots };
  // Only one of the two lists has entries, so no slot is changed twice: drawn pieces are spread only after the debt is paid.
  return accepted([
    putHead(head, change),
    ...spread(rights, arrived - paidByDraw),
    ...drain(slots, paidBySlots),
  ]);
}

/** Pays the debt with pieces that were put back since. Redelivery fails on the head's version. */
export function payOwed({ head, slots }: RegionRights): RegionStep {
  const pieces = Math.min(head.owed, availablePieces(slots));
  return pieces === 0
    ? refused('nothing_to_do', 'owed', 'owed pieces and available ones')
    : accepted([putHead(head, { owed: head.owed - pieces }), ...drain(slots, pieces)]);
}

/** Gives unspent pieces back: they are removed from the slots, and the ledger follows. All or nothing. */
export function giveBack({ head, slots }: RegionRights, pieces: number): RegionStep {
  if (!isCount(pieces)) return refused('not_a_count', 'pieces', 'a whole number above 0');
  const available = availablePieces(slots);
  return available < pieces
    ? refused('too_few', 'pieces', `at most ${available}`)
    : accepted([putHead(head, { returned: head.returned + pieces }), ...drain(slots, pieces)]);
}

/** A deposit or a loss that an agreement names. */
export interface NamedDeposit {
  /** Command of the deposit: the name of its agreement, `deposit#<commandId>`. */
  readonly commandId: string;
  /** Id of the event that the agreement names. */
  readonly namedEventId: string;
  /** Id of this Region's event of that command. */
  readonly ownEventId: string;
  /** Pieces of this resource, at least 1. */
  readonly pieces: number;
  /** `in`: goods received. `out`: goods reported missing. */
  readonly direction: 'in' | 'out';
}

/**
 * Counts a deposit in this Region's totals, if the agreement names this Region's event. If it names another Region's copy of the command,
 * only that Region counts it. The mark makes redelivery fail.
 */
export function countDeposit(head: RightsHead, deposit: NamedDeposit): RegionStep {
  const { commandId, namedEventId, ownEventId, pieces, direction } = deposit;
  if (!isCount(pieces)) return refused('not_a_count', 'pieces', 'a whole number above 0');
  if (namedEventId !== ownEventId) return refused('not_named', 'ownEventId', namedEventId);
  const total = direction === 'in' ? 'deposited' : 'writtenOff';
  const counted = `deposit:${commandId}`;
  return accepted([
    { kind: 'put', key: markKeyOf(head.resource, counted), condition: { kind: 'absent' }, next: { counted } },
    putHead(head, { [total]: head[total] + pieces }),
  ]);
}

/** Changes the number of slots in use. `rebalance` moves the pieces afterwards. */
export const resize = (head: RightsHead, slotCount: number): RegionStep =>
  slotCount === head.slotCount
    ? refused('nothing_to_do', 'slotCount', `another number than ${slotCount}`)
    : accepted([putHead(head, { slotCount })]);
