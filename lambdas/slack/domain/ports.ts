/** The ports of Slack's side. Adapters implement them; tests and simulations may too. */
import type { CardRecord, LatencyRecord } from '../../queue/contracts/shown-cards.ts';
import type { StoredTask } from '../../queue/contracts/records.ts';
import type { StoredTrail } from '../../queue/domain/ports.ts';
import type { ReadItems } from '../../shared/domain/damaged-items.ts';
import type { CardMessage } from '../contracts/cards.ts';
import type { Click } from '../contracts/slack-payloads.ts';
import type { SlackPerson } from './actor.ts';
import type { Recovery } from './card.ts';
import type { ClickNotice } from './click-notice.ts';

/** A request for a lock. */
export interface CardLock {
  readonly taskId: string;
  readonly channel: string;
  /** Version to be shown. */
  readonly version: number;
  /** Whether to lock even if that version is done. */
  readonly rewrite: boolean;
  /** Owner token; never used before. */
  readonly owner: string;
  /** The invocation's clock, ms since the epoch. */
  readonly nowMs: number;
  /** Time at which the invocation is certainly over, in ms since the epoch; then another update may take over the lock. */
  readonly expiresAtMs: number;
}

/** The result of a lock request. */
export type CardLockResult =
  /** `takenOver`: the previous owner's time is over, but its last edit may still arrive. */
  | { readonly kind: 'locked'; readonly card: CardRecord; readonly takenOver: boolean }
  | { readonly kind: 'done' }
  | { readonly kind: 'busy' };

/** What a write changes; `undefined` removes the field. */
export type CardChange = {
  readonly [Field in keyof Omit<CardRecord, 'schemaVersion' | 'cardId' | 'taskId' | 'channel'>]?:
    CardRecord[Field] | undefined;
};

/** Stored cards. Only the owner of the lock writes to a card; `versionShown` never decreases. */
export interface CardRepo {
  /** Strongly consistent read. @throws {QueueError} `STORED_RECORD_INVALID` */
  get(taskId: string): Promise<CardRecord | undefined>;
  /**
   * Locks the card for one update, unless its version is done, a newer one is shown, or another update holds the lock.
   * @throws {QueueError} `STORED_RECORD_INVALID`; the card is not locked then
   */
  lock(lock: CardLock): Promise<CardLockResult>;
  /**
   * Writes to a card that is locked. If the answer to a write that released the lock was lost, the repeated request is reported
   * as lost too, and the next update finds the card done.
   * @throws {LeaseLost} when another update holds the lock, or a newer version is shown
   */
  write(card: CardRecord, change: CardChange): Promise<CardRecord>;
  /** Stores the status latency of a transition, unless it is already stored; returns whether it was not. */
  putLatency(record: LatencyRecord): Promise<boolean>;
}

/** The place of a card in Slack. */
export interface CardPlace {
  readonly threadTs: string;
  readonly ts: string;
  /** Number of cards posted so far, including this one. */
  readonly postings: number;
}

/** A card to be posted. */
export interface CardPosting {
  /** Root of the quote's thread, which existed a moment ago. */
  readonly threadTs: string;
  /** Number of this card of the task: 1, and one more each time a person deleted it. */
  readonly posting: number;
}

/** A card that exists in Slack. */
export interface PostedCard {
  readonly ts: string;
  /** Root of its thread: its own `ts` if Slack put it into the channel. */
  readonly threadTs: string;
  /** Whether it was posted now. If not, an earlier one was found: it may show an older version, or may have been deleted. */
  readonly isNew: boolean;
}

/**
 * Messages of cards in Slack. A post is made once under its effect key, even if it is delivered twice. Every method @throws
 * {QueueError} of the Slack client; a post throws `EFFECT_IN_PROGRESS` (a deferral) while another post is in progress.
 */
export interface CardMessages {
  /** Edits the card at `ts` to show the task; returns `false` when the card was deleted. */
  edit(task: StoredTask, ts: string): Promise<boolean>;
  /** Root of the thread of the task's quote; opens the thread if it does not exist. */
  openThread(task: StoredTask, card: CardRecord): Promise<string>;
  /** Posts a card of the task, or finds the one that was posted before. `card` is locked. */
  post(task: StoredTask, card: CardRecord, posting: CardPosting): Promise<PostedCard>;
  /** Posts in the thread, once, how the task moved on. `card` is locked and shown. */
  tellRecovery(task: StoredTask, card: CardRecord, recovery: Recovery): Promise<void>;
}

/** The queue of card messages. */
export interface CardQueue {
  /**
   * Sends a message that is delivered after `delaySeconds`, 0 to 900. Sending it twice is harmless: the second delivery finds
   * the card done.
   */
  send(message: CardMessage, delaySeconds: number): Promise<void>;
}

/** The queue of clicks, between the function that acknowledges and the worker. */
export interface ClickQueue {
  /** Sends a click; returns the message's id. */
  send(click: Click): Promise<string>;
}

/** Whether a click was handed over now, or had been handed over before. */
export type HandOver = 'accepted' | 'replayed';

/** Accepts each click once. */
export interface ClickGuard {
  /**
   * Hands a click over once. A failed hand-over may be retried.
   * @param handOver returns the id of the message that carries the click
   * @throws {QueueError} what `handOver` throws
   */
  once(click: Click, handOver: () => Promise<string>): Promise<HandOver>;
}

/** The allow-list of operators. */
export interface OperatorList {
  /** @throws {QueueError} `PROVIDER_MISCONFIGURED` when the list is missing or malformed */
  isOperator(person: SlackPerson): Promise<boolean>;
}

/** The modal that shows an audit trail. */
export interface AuditModal {
  /** Opens the modal within 3 s of the click of `triggerId`; returns the view's id. @throws {QueueError} of the Slack client */
  open(task: StoredTask, trail: StoredTrail, triggerId: string): Promise<string>;
}

/** Messages that only the person who clicked sees. */
export interface ClickNotices {
  /**
   * Shows a notice beside the card. Slack does not guarantee delivery; sent again, it is shown twice. @throws {QueueError} of
   * the Slack client
   */
  tell(click: Click, notice: ClickNotice): Promise<void>;
}

/** The stored source of figures. */
export interface FigureSource {
  /** Latencies shown on a UTC day (`2026-11-21`), newest first, at most `limit`; eventually consistent. */
  latenciesOf(day: string, limit: number): Promise<ReadItems<LatencyRecord>>;
  /** The audit trail of a task. */
  trailOf(taskId: string): Promise<StoredTrail>;
}
