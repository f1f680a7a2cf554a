/**
 * The agreement about closing an incarnation permanently, after its Region is lost.
 *
 * `closing → closed`. While it is `closing`, each survivor lists the events of the lost log that it holds. Naming reads the event first and
 * this item last. Therefore an event that a naming saw before `closing` is in that Region's list, and an event that is in no list is never
 * named.
 */
import { type Put, refused, type Result } from '../change.ts';
import type { JsonValue, LogEvent, Origin } from '../log/event.ts';
import { type Cut, cutOf, isBacked, type StoredCut, storedCut } from '../watermarks/closing.ts';
import { type AgreementItem, type Attempt, type ItemRefusal, writeMove } from './item.ts';

/** Decision about an incarnation. */
export type CloseDecision =
  | { readonly kind: 'closing'; readonly survivors: readonly Origin[] }
  /** A survivor is lost too; closing does not wait for its list. */
  | { readonly kind: 'survivor_lost'; readonly survivor: Origin }
  /** The decision contains the cut, so that a rebuilt table and every fold know the counted events without the lists. */
  | { readonly kind: 'closed'; readonly cut: StoredCut };

/** State of a closing. */
export interface CloseState {
  readonly phase: 'closing' | 'closed';
  /** Incarnations whose lists are needed, sorted. */
  readonly survivors: readonly Origin[];
  /** By survivor: frontiers and islands of the lost log in its watermark, listed after it read `closing`. */
  readonly lists: Readonly<Record<Origin, JsonValue>>;
  /** Present when closed: the counted and the lost events of the incarnation. */
  readonly cut?: StoredCut;
}

/** The agreement. */
export type CloseItem = AgreementItem<CloseState, CloseDecision>;

/** A step of the agreement. */
export type CloseStep = Result<
  Put<CloseItem>,
  | ItemRefusal
  | 'not_fenced'
  | 'no_survivor'
  | 'not_closing'
  | 'not_a_survivor'
  | 'lists_missing'
  | 'other_origin'
  | 'nothing_to_do'
>;

/** Input of every step. */
export interface CloseContext {
  /** The incarnation that is closed. */
  readonly origin: Origin;
  /** The item as a strong read found it. */
  readonly read: CloseItem | undefined;
  readonly attempt: Attempt;
}

/** Key of the agreement about an incarnation. */
export const closeKeyOf = (origin: Origin): string => `close#${origin}`;

const EMPTY: CloseState = { phase: 'closing', survivors: [], lists: {} };

const withoutSurvivor = ({ lists, survivors, ...state }: CloseState, lost: Origin): CloseState => ({
  ...state,
  survivors: survivors.filter((survivor) => survivor !== lost),
  lists: Object.fromEntries(Object.entries(lists).filter(([survivor]) => survivor !== lost)),
});

/** Applies a decision. Lists are not decisions: a rebuilt table asks for them again. */
export function evolveClose(state: CloseState, decision: CloseDecision): CloseState {
  switch (decision.kind) {
    case 'closing':
      return { ...EMPTY, survivors: decision.survivors.toSorted() };
    case 'survivor_lost':
      return withoutSurvivor(state, decision.survivor);
    case 'closed':
      return { ...state, phase: 'closed', cut: decision.cut };
  }
}

const decide = ({ origin, read, attempt }: CloseContext, decision: CloseDecision): CloseStep =>
  writeMove(
    read,
    { key: closeKeyOf(origin), state: evolveClose(read?.state ?? EMPTY, decision), decision },
    attempt,
  );

/**
 * Begins to close an incarnation that two persons gave up. From now until it is closed, none of its events is named.
 *
 * @param isFenced - its Region is fenced, or already has another incarnation
 */
export function beginClosing(
  context: CloseContext,
  survivors: readonly Origin[],
  isFenced: boolean,
): CloseStep {
  if (context.read !== undefined)
    return refused('nothing_to_do', 'phase', 'an incarnation that is not closing');
  if (!isFenced) return refused('not_fenced', 'origin', 'a Region that is fenced');
  return survivors.length === 0 || survivors.includes(context.origin)
    ? refused('no_survivor', 'survivors', 'other incarnations that are present')
    : decide(context, { kind: 'closing', survivors });
}

const closingRefusal = (context: CloseContext, survivor: Origin): CloseStep | undefined => {
  const state = context.read?.state;
  if (state?.phase !== 'closing') return refused('not_closing', 'phase', 'closing');
  return state.survivors.includes(survivor)
    ? undefined
    : refused('not_a_survivor', 'survivor', state.survivors.join(', '));
};

/**
 * A survivor lists what it holds. It reads `closing` before it makes the list. Until the incarnation is closed, a second list replaces the
 * first.
 */
export function listHoldings(context: CloseContext, survivor: Origin, list: JsonValue): CloseStep {
  const { origin, read, attempt } = context;
  const refusal = closingRefusal(context, survivor);
  if (refusal !== undefined) return refusal;
  const state = read?.state ?? EMPTY;
  const next = { ...state, lists: { ...state.lists, [survivor]: list } };
  return writeMove(read, { key: closeKeyOf(origin), state: next }, attempt);
}

/** Removes a survivor that was lost before it listed, or whose list was lost with it. At least one survivor stays. */
export function loseSurvivor(context: CloseContext, survivor: Origin): CloseStep {
  const refusal = closingRefusal(context, survivor);
  if (refusal !== undefined) return refusal;
  return context.read?.state.survivors.length === 1
    ? refused('no_survivor', 'survivors', 'another survivor')
    : decide(context, { kind: 'survivor_lost', survivor });
}

/** Survivors whose lists are missing. */
export const missingLists = ({ survivors, lists }: CloseState): readonly Origin[] =>
  survivors.filter((survivor) => lists[survivor] === undefined);

/**
 * Closes the incarnation when every survivor has listed.
 *
 * @param cut - the union of the lists, from `closeOrigin`
 */
export function finishClosing(context: CloseContext, cut: Cut): CloseStep {
  const state = context.read?.state;
  if (state === undefined) return refused('not_closing', 'phase', 'closing');
  if (state.phase === 'closed') return refused('nothing_to_do', 'phase', 'closing');
  const missing = missingLists(state);
  if (missing.length > 0) return refused('lists_missing', 'lists', missing.join(', '));
  return cut.origin === context.origin
    ? decide(context, { kind: 'closed', cut: storedCut(cut) })
    : refused('other_origin', 'cut', `the cut of ${context.origin}`);
}

/** Result of the closing for an event of this incarnation. */
export function closingOf(
  item: CloseItem | undefined,
  event: Pick<LogEvent, 'origin' | 'chain' | 'chainSeq'>,
): 'none' | 'closing' | 'listed' | 'unlisted' {
  if (item === undefined) return 'none';
  const { cut } = item.state;
  if (cut === undefined) return 'closing';
  return isBacked(cutOf(event.origin, cut), event) ? 'listed' : 'unlisted';
}
