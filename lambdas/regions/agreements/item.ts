/**
 * What every agreement has in common: one item of the strongly consistent table `Agreements`, moved by compare-and-set.
 *
 * Invariants
 * 1. A write expects the version that was read. There is no other condition and no second item.
 * 2. Each decision has a number, from 1 without gaps, and stays in the item until its event is secured.
 * 3. At most {@link MAX_PENDING} decisions wait. Further ones are refused until some are secured.
 * 4. Each generation is a table of its own name, so a writer that knows only a lost one writes nowhere.
 * 5. A writer recognises its own write by its attempt id, so a lost answer is never taken for somebody else's write.
 */
import { accepted, type Put, refused, type Result, unchanged } from '../change.ts';

/** Decisions that may wait in an item until their events are secured. */
export const MAX_PENDING = 16;

/** Attempt ids that an item remembers, the latest last. */
export const MAX_ATTEMPTS_KEPT = 16;

/** A decision whose event is not secured yet. */
export interface PendingDecision<D> {
  /** Generation of the table that made the decision: the item's, or a lost one whose event is not secured again yet. */
  readonly generation: number;
  /** Number of the decision within its item, from 1. */
  readonly number: number;
  /** The attempt that made it. */
  readonly attemptId: string;
  readonly decision: D;
}

/** Decisions that were taken over from a generation of the table that was lost. */
export interface TakenOver {
  readonly generation: number;
  /** The last of its decisions that was taken over; the first is the one after the entry before. */
  readonly through: number;
}

/** An agreement as it is stored. `S` is its state, `D` what can be decided about it. */
export interface AgreementItem<S, D> {
  /** Kind and id, e.g. `order#o1`. */
  readonly key: string;
  /** Generation of the table, from 1. */
  readonly generation: number;
  /** Where decisions of lost generations come from, in the order of their numbers. Empty in the first generation. */
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

/** Who writes, and into which table. */
export interface Attempt {
  /** Unique for each intended write; a repetition of the same write has the same one. */
  readonly attemptId: string;
  /** Generation of the table that the writer knows, from 1. */
  readonly generation: number;
}

/** Why any agreement refuses a write; both are answers for now, not for ever. */
export type ItemRefusal = 'pending_full' | 'other_generation';

/** What is about to be stored. */
export interface Move<S, D> {
  readonly key: string;
  readonly state: S;
  /** What is decided. Absent: the write is not a decision, and no event tells of it. */
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
  const waiting = [...pending, { generation, number, attemptId, decision }];
  return accepted(putItem(read, { ...common, decided: number, pending: waiting }, attempt));
}

/** Takes decisions out of the item whose events are secured. Nothing else changes. Redelivery is refused as `nothing_to_do`. */
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

/** What a strong read says about a write whose answer was lost. */
export type Recognised =
  /** The write is stored. */
  | 'written'
  /** Nothing was written since the read. The same write, with the same attempt id, may be sent again. */
  | 'not_written'
  /** Others wrote. If none of the item's attempts is ours, ours failed: decide again from what is stored. */
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

/** A decision as its event names it. */
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
 * Whether something irreversible may follow from a decision: the agreement, read strongly, has it, and the events of it and of all
 * decisions before it are secured. The event alone is not enough: a lost and rebuilt table may have decided otherwise since.
 */
export const mayActOn = <S, D>(item: AgreementItem<S, D>, { generation, number }: DecisionName): boolean =>
  number <= item.decided &&
  generationOf(item, number) === generation &&
  item.pending.every((waiting) => waiting.number > number);
