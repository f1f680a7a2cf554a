/**
 * The common part of every agreement: one item of the strongly consistent table `Agreements`, changed by compare-and-set.
 *
 * Invariants
 * 1. A write expects the version that was read. There is no other condition and no second item.
 * 2. Each decision has a number, from 1 without gaps, and stays in the item until its event is secured.
 * 3. At most {@link MAX_PENDING} decisions wait. Further ones are refused until some are secured.
 * 4. Each generation is a table with its own name, so a writer that knows only a lost table cannot write.
 * 5. A writer recognises its own write by its attempt id, so that after a lost answer it never mistakes its own write for another's.
 */
import { accepted, type Put, refused, type Result, unchanged } from '../change.ts';

/** Decisions that may wait in an item until their events are secured. */
export const MAX_PENDING = 16;

/** Attempt ids that an item remembers, the latest last. */
export const MAX_ATTEMPTS_KEPT = 16;

/** A decision whose event is not secured yet. */
export interface PendingDecision<D> {
  /** Generation of the lost table that made the decision, if its event is not secured again yet. Absent: the item's own. */
  readonly generation?: number;
  /** Number of the decision within its item, from 1. */
  readonly number: number;
  /** The attempt that made it. */
  readonly attemptId: string;
  readonly decision: D;
}

/** Decisions that were taken over from a generation of the table that was lost. */
export interface TakenOver {
  readonly generation: number;
  /** Number of the last decision that was taken over; the first one follows the last of the previous entry. */
  readonly through: number;
}

/** An agreement as it is stored. `S` is its state, `D` what can be decided about it. */
export interface AgreementItem<S, D> {
  /** Kind and id, e.g. `order#o1`. */
  readonly key: string;
  /** Generation of the table, from 1. */
  readonly generation: number;
  /** Decisions that were taken over from lost generations, in the order of their numbers. Empty in the first generation. */
  readonly lineage: readonly TakenOver[];
  /** Counts writes of the item, from 1. */
  readonly version: number;
  /** Decisions made so far: the number of the latest one. */
  readonly decided: number;
  /** Attempts that wrote the item, the latest last, at most {@link MAX_ATTEMPTS_KEPT}. */
  readonly attempts: readonly string[];
  readonly state: S;
  /** Decisions without a secured event, in the order of their numbers. The index `byPending` has the item while there are any. */
  readonly pending: readonly PendingDecision<D>[];
}

/** A write: its id and the generation of its table. */
export interface Attempt {
  /** Unique for each intended write; a repetition of the same write has the same one. */
  readonly attemptId: string;
  /** Generation of the table that the writer knows, from 1. */
  readonly generation: number;
}

/** Why any agreement refuses a write; both can be retried. */
export type ItemRefusal = 'pending_full' | 'other_generation';

/** The next state to store. */
export interface Move<S, D> {
  readonly key: string;
  readonly state: S;
  /** The decision. Absent: the write is not a decision and has no event. */
  readonly decision?: D;
}

const putItem = <S, D>(
  read: AgreementItem<S, D> | undefined,
  next: Omit<AgreementItem<S, D>, 'version' | 'attempts'>,
  { attemptId }: Attempt,
): Put<AgreementItem<S, D>> => ({
  kind: 'put',
  key: next.key,
  condition: unchanged(read),
  next: {
    ...next,
    version: (read?.version ?? 0) + 1,
    attempts: [...(read?.attempts ?? []), attemptId].slice(-MAX_ATTEMPTS_KEPT),
  },
});

/**
 * The write of a move. If the move is a decision, it gets the next number and waits in the item for its event.
 * Redelivery fails the condition; {@link recognise} tells whether the first delivery was written.
 */
export function writeMove<S, D>(
  read: AgreementItem<S, D> | undefined,
  { key, state, decision }: Move<S, D>,
  attempt: Attempt,
): Result<Put<AgreementItem<S, D>>, ItemRefusal> {
  const { generation, attemptId } = attempt;
  const [number, pending] = [(read?.decided ?? 0) + 1, read?.pending ?? []];
  const common = { key, generation, lineage: read?.lineage ?? [], state };
  if (read !== undefined && read.generation !== generation)
    return refused('other_generation', 'generation', `generation ${read.generation}`);
  if (decision === undefined)
    return accepted(putItem(read, { ...common, decided: number - 1, pending }, attempt));
  if (pending.length >= MAX_PENDING)
    return refused('pending_full', 'pending', `fewer than ${MAX_PENDING} decisions without a secured event`);
  const waiting = [...pending, { number, attemptId, decision }];
  return accepted(putItem(read, { ...common, decided: number, pending: waiting }, attempt));
}

/** Removes the decisions whose events are secured from the item. Nothing else changes. Redelivery is refused as `nothing_to_do`. */
export function dropSecured<S, D>(
  read: AgreementItem<S, D>,
  securedNumbers: ReadonlySet<number>,
  attempt: Attempt,
): Result<Put<AgreementItem<S, D>>, ItemRefusal | 'nothing_to_do'> {
  const pending = read.pending.filter(({ number }) => !securedNumbers.has(number));
  if (read.generation !== attempt.generation)
    return refused('other_generation', 'generation', `generation ${read.generation}`);
  return pending.length === read.pending.length
    ? refused('nothing_to_do', 'pending', 'a decision that is secured now')
    : accepted(putItem(read, { ...read, pending }, attempt));
}

/** Result of a strong read after the answer to a write was lost. */
export type Recognised =
  /** The write is stored. */
  | 'written'
  /** Nothing was written since the read. The same write, with the same attempt id, may be sent again. */
  | 'not_written'
  /** Others wrote. If the item's attempts do not include ours, our write failed: decide again from the stored item. */
  | 'overtaken';

/**
 * Recognises a write by its attempt id. `overtaken` is exact while fewer than {@link MAX_ATTEMPTS_KEPT} writes came after ours; beyond
 * that, the decided events carry the attempt ids.
 */
export function recognise<S, D>(
  stored: AgreementItem<S, D> | undefined,
  readVersion: number,
  attemptId: string,
): Recognised {
  if (stored?.attempts.includes(attemptId) === true) return 'written';
  return (stored?.version ?? 0) === readVersion ? 'not_written' : 'overtaken';
}

/** Name of a decision in its event. */
export interface DecisionName {
  readonly generation: number;
  /** From 1. */
  readonly number: number;
}

const generationOf = (
  { lineage, generation }: Pick<AgreementItem<unknown, unknown>, 'lineage' | 'generation'>,
  number: number,
): number => lineage.find(({ through }) => number <= through)?.generation ?? generation;

/**
 * Whether an irreversible step may follow a decision: a strong read of the agreement has the decision, and its event and those of all
 * earlier decisions are secured. The event alone is not enough: a rebuilt table may have decided differently since.
 */
export const mayActOn = <S, D>(item: AgreementItem<S, D>, { generation, number }: DecisionName): boolean =>
  number <= item.decided &&
  generationOf(item, number) === generation &&
  item.pending.every((waiting) => waiting.number > number);
