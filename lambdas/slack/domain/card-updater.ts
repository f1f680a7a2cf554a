/**
 * Brings a card up to date with its task. Invariants upheld here:
 * 1. The task is read after the card is asked for: an event says only that something happened.
 * 2. One update of a card at a time; the lock outlives the invocation, so a killed one cannot edit later.
 * 3. An edit whose answer was lost may still arrive: the next one that succeeds is repeated once the earlier is certainly over.
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

/** What updating cards works with. */
export interface CardUpdaterOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Time left of the invocation, in ms: a lock is held no longer than that. */
  readonly remainingMs: () => number;
  readonly tasks: Pick<ExecutionQueueRepo, 'get'>;
  readonly cards: CardRepo;
  /** The way to Slack for one update. @throws {QueueError} when the token cannot be read */
  readonly messages: () => Promise<CardMessages>;
  /** Where new cards are posted. */
  readonly channel: string;
  /** Has the card written once more, {@link CARD_RETRY.rewriteSeconds} from now. */
  readonly rewriteLater: (taskId: string) => Promise<void>;
}

/** How an update went. */
export type CardOutcome =
  /** The card shows the present version and was shown before. */
  | { readonly kind: 'done' }
  /** Somebody else is updating it, and takes long. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'shown'; readonly version: number; readonly latencies: readonly LatencyRecord[] }
  /** `latencies` as in `shown`, of a card that Slack took before the rest failed: a next try finds them stored. */
  | {
      readonly kind: 'failed';
      readonly error: QueueError;
      readonly latencies: readonly LatencyRecord[];
    };

const UNLOCKED = { owner: undefined, lockExpiresAtMs: undefined } as const;

/**
 * 5 looks, 200 ms apart: an update takes one call of Slack, two when it posts, so whoever waits is mostly next. It costs
 * three operations where sending the message again costs seven.
 */
const LOOKS = 5;
const LOOK_PAUSE_MS = 200;
/** Others that may come before; a card that is as busy as that waits in the queue. */
const TURNS = 3;
/** An update is begun again only with this much time left: its worst case without the opening of a thread. */
const MIN_REMAINING_MS = 12_000;

/** An update that was tried; `busy` names the version that it would have shown. */
type Try = Exclude<CardOutcome, { kind: 'busy' }> | { readonly kind: 'busy'; readonly version: number };

/** How far an update has come. */
interface Progress {
  /** What Slack shows by it. */
  change: CardChange;
  /** Of transitions that nobody has stored before. */
  latencies: readonly LatencyRecord[];
}

/** See the file head. One per invocation. */
export class CardUpdater {
  readonly #options: CardUpdaterOptions;

  constructor(options: CardUpdaterOptions) {
    this.#options = options;
  }

  /**
   * Shows the task's present version, unless it is shown. Waits a moment for whoever is updating the card.
   * @param rewrite also when it is shown
   * @throws {QueueError} `TASK_NOT_FOUND`, `STORED_RECORD_INVALID`; whatever the store throws
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

  /** The card once nobody holds it; `undefined` when that takes long, or there is no time left for an update. */
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

  /** Slack shows what is in `progress` from then on, whatever becomes of the rest. */
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

  /** Stores how long each transition took that is not done yet; in `progress` those that nobody has stored before. */
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
   * Gives the lock back after `error`, which stands whatever becomes of that: it says when to try again, and a lock that could
   * not be given back runs out. A lock that is lost by now is its new owner's, who shows the version anew.
   */
  async #giveBack(card: CardRecord, error: QueueError, shown: CardChange): Promise<QueueError> {
    const { cards, clock } = this.#options;
    if (hasRole(error.code, 'lease_lost')) return error;
    const nowMs = clock.nowMs();
    // Also the doubt of a lock that was taken over, of which nothing is stored yet.
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
