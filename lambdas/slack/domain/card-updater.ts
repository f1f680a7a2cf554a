/**
 * Brings a card up to date with its task. Invariants upheld here:
 * 1. The task is read after the request for the update: an event says only that something happened.
 * 2. A card has one update at a time. The lock lasts longer than the invocation, so a killed one cannot edit later.
 * 3. An edit whose answer was lost may still arrive. Therefore the next successful edit is repeated once the earlier one is
 *    certainly over.
 */
import type { CardRecord, LatencyRecord } from '../../queue/contracts/shown-cards.ts';
import type { StoredTask } from '../../queue/contracts/records.ts';
import { hasRole } from '../../shared/contracts/error-codes.ts';
import { latenciesOf, recoveriesOf } from './card.ts';
import { isPassing } from './card-retry.ts';
import { type QueueError, taskNotFound, toQueueError, withAftermath } from '../../shared/domain/errors.ts';
import type { ExecutionQueueRepo } from '../../queue/domain/ports.ts';
import type { Clock, Ids } from '../../shared/domain/ports.ts';
import type { CardChange, CardMessages, CardRepo } from './ports.ts';
import { hasThread, showCard } from './show-card.ts';

/** Options of card updates. */
export interface CardUpdaterOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Remaining time of the invocation, in ms: a lock is never held longer. */
  readonly remainingMs: () => number;
  readonly tasks: Pick<ExecutionQueueRepo, 'get'>;
  readonly cards: CardRepo;
  /** Slack client for one update. @throws {QueueError} when the token cannot be read */
  readonly messages: () => Promise<CardMessages>;
  /** Channel of new cards. */
  readonly channel: string;
  /** Writes the card once more, {@link CARD_RETRY.rewriteSeconds} from now. */
  readonly rewriteLater: (taskId: string) => Promise<void>;
}

/** The result of an update. */
export type CardOutcome =
  /** The card shows the present version, and did so before. */
  | { readonly kind: 'done' }
  /** Another update of the card takes long. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'shown'; readonly version: number; readonly latencies: readonly LatencyRecord[] }
  /** `latencies` as in `shown`, of a card that Slack accepted before the rest failed; the next try finds them stored. */
  | {
      readonly kind: 'failed';
      readonly error: QueueError;
      readonly latencies: readonly LatencyRecord[];
    };

const UNLOCKED = { owner: undefined, lockExpiresAtMs: undefined } as const;

/**
 * 5 reads, 200 ms apart. An update takes one call of Slack, or two if it posts, so a waiting update is usually next. The wait
 * costs three operations; sending the message again costs seven.
 */
const LOOKS = 5;
const LOOK_PAUSE_MS = 200;
/** Number of other updates that may come first; a busier card waits in the queue. */
const TURNS = 3;
/** An update is started again only with this much time left: its worst case without opening a thread. */
const MIN_REMAINING_MS = 12_000;

/** The result of one try; `busy` names the version that it would have shown. */
type Try = Exclude<CardOutcome, { kind: 'busy' }> | { readonly kind: 'busy'; readonly version: number };

/** The progress of an update. */
interface Progress {
  /** What Slack shows because of it. */
  change: CardChange;
  /** Latencies of transitions that were not stored before. */
  latencies: readonly LatencyRecord[];
}

/** Updates cards; one for each invocation. */
export class CardUpdater {
  readonly #options: CardUpdaterOptions;

  constructor(options: CardUpdaterOptions) {
    this.#options = options;
  }

  /**
   * Shows the task's present version, unless it is already shown. Waits a moment if another update is in progress.
   * @param rewrite write the card even if it shows the present version
   * @throws {QueueError} `TASK_NOT_FOUND`, `STORED_RECORD_INVALID`; any error of the store
   */
  async update(taskId: string, rewrite = false): Promise<CardOutcome> {
    for (let turn = 1; ; turn += 1) {
      const tried = await this.#try(taskId, rewrite);
      if (tried.kind !== 'busy') return tried;
      const card = turn < TURNS ? await this.#unlocked(taskId) : undefined;
      if (card === undefined) return { kind: 'busy' };
      if (!rewrite && card.versionDone >= tried.version) return { kind: 'done' };
    }
  }

  /** The card when it is unlocked; `undefined` when that takes long, or too little time is left for an update. */
  async #unlocked(taskId: string): Promise<CardRecord | undefined> {
    const { cards, clock, remainingMs } = this.#options;
    for (let looks = 1; looks <= LOOKS; looks += 1) {
      await clock.sleep(LOOK_PAUSE_MS);
      if (remainingMs() < MIN_REMAINING_MS) return undefined;
      const card = await cards.get(taskId);
      if (card !== undefined && card.owner === undefined) return card;
    }
    return undefined;
  }

  async #try(taskId: string, rewrite: boolean): Promise<Try> {
    const task = await this.#options.tasks.get(taskId);
    if (task === undefined) throw taskNotFound(taskId);
    if (!hasThread(task)) return { kind: 'done' };
    const { cards, clock, ids, channel, remainingMs } = this.#options;
    const nowMs = clock.nowMs();
    const locked = await cards.lock({
      taskId,
      channel,
      version: task.version,
      rewrite,
      owner: ids.next(),
      nowMs,
      expiresAtMs: nowMs + remainingMs(),
    });
    if (locked.kind === 'busy') return { kind: 'busy', version: task.version };
    if (locked.kind === 'done') return { kind: 'done' };
    const card = locked.takenOver ? { ...locked.card, doubtfulSinceMs: nowMs } : locked.card;
    return this.#updateLocked(task, card);
  }

  async #updateLocked(task: StoredTask, card: CardRecord): Promise<Try> {
    const progress: Progress = { change: {}, latencies: [] };
    try {
      return await this.#show(task, card, progress);
    } catch (thrown) {
      const error = await this.#giveBack(card, toQueueError(thrown), progress.change);
      return { kind: 'failed', error, latencies: progress.latencies };
    }
  }

  /** From then on Slack shows what is in `progress`, even if a later step fails. */
  async #show(task: StoredTask, card: CardRecord, progress: Progress): Promise<Try> {
    const { cards, rewriteLater } = this.#options;
    const messages = await this.#options.messages();
    const place = await showCard(messages, task, card);
    progress.change = { ...place, versionShown: task.version };
    await this.#measure(task, card, progress);
    const { latencies } = progress;
    if (card.doubtfulSinceMs !== undefined) await rewriteLater(task.taskId);
    const recoveries = recoveriesOf(task, card.versionDone);
    const done: CardChange = { ...UNLOCKED, versionDone: Math.max(task.version, card.versionDone) };
    const shown = await cards.write(card, {
      ...place,
      versionShown: task.version,
      statusLatencyMs: latencies.at(-1)?.latencyMs ?? card.statusLatencyMs,
      doubtfulSinceMs: undefined,
      lastError: undefined,
      ...(recoveries.length === 0 ? done : {}),
    });
    for (const recovery of recoveries) await messages.tellRecovery(task, shown, recovery);
    if (recoveries.length > 0) await cards.write(shown, done);
    return { kind: 'shown', version: task.version, latencies };
  }

  /** Stores the latency of each transition that is not done yet; puts the ones that were not stored before into `progress`. */
  async #measure(task: StoredTask, card: CardRecord, progress: Progress): Promise<void> {
    const { cards, clock } = this.#options;
    const measured = latenciesOf(task, card, clock.nowMs());
    const puts = await Promise.allSettled(measured.map((record) => cards.putLatency(record)));
    progress.latencies = measured.filter((_record, index) => {
      const put = puts[index];
      return put?.status === 'fulfilled' && put.value;
    });
    const failed = puts.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /**
   * Releases the lock after `error`. The error is kept even if the release fails: it says when to retry, and a lock that was
   * not released expires. If the lock is already lost, its new owner shows the version.
   */
  async #giveBack(card: CardRecord, error: QueueError, shown: CardChange): Promise<QueueError> {
    const { cards, clock } = this.#options;
    if (hasRole(error.code, 'lease_lost')) return error;
    const nowMs = clock.nowMs();
    // Includes the doubt about a lock that was taken over, which is not stored yet.
    const doubtfulSinceMs = error.inDoubt ? nowMs : card.doubtfulSinceMs;
    const change: CardChange = {
      ...shown,
      ...UNLOCKED,
      ...(doubtfulSinceMs === undefined ? {} : { doubtfulSinceMs }),
      ...(isPassing(error) ? {} : { lastError: { code: error.code, detail: error.detail, atMs: nowMs } }),
    };
    return cards.write(card, change).then(
      () => error,
      (thrown: unknown) => withAftermath(error, toQueueError(thrown)),
    );
  }
}
