/** What the operators' side needs from the outside. Adapters implement these; tests and simulations may too. */
import type { CardRecord, LatencyRecord } from '../../queue/contracts/shown-cards.ts';
import type { StoredTask } from '../../queue/contracts/records.ts';
import type { StoredTrail } from '../../queue/domain/ports.ts';
import type { ReadItems } from '../../shared/domain/damaged-items.ts';
import type { CardMessage } from '../contracts/cards.ts';
import type { Click } from '../contracts/slack-payloads.ts';
import type { SlackPerson } from './actor.ts';
import type { Recovery } from './card.ts';
import type { ClickNotice } from './click-notice.ts';

/** A lock asked for. */
export interface CardLock {
  readonly taskId: string;
  readonly channel: string;
  /** Version to be shown. */
  readonly version: number;
  /** Also when that version is done already. */
  readonly rewrite: boolean;
  /** Owner token, never used before. */
  readonly owner: string;
  /** The invocation's clock, ms since the epoch. */
  readonly nowMs: number;
  /** When the invocation is certainly over, ms since the epoch: from then on the lock may be taken over. */
  readonly expiresAtMs: number;
}

/** Answer to a lock. */
export type CardLockResult =
  /** `takenOver`: the owner before is gone, and an edit of its may still arrive. */
  | { readonly kind: 'locked'; readonly card: CardRecord; readonly takenOver: boolean }
  | { readonly kind: 'done' }
  | { readonly kind: 'busy' };

/** What a write changes; `undefined` removes the field. */
export type CardChange = {
  readonly [Field in keyof Omit<CardRecord, 'schemaVersion' | 'cardId' | 'taskId' | 'channel'>]?:
    CardRecord[Field] | undefined;
};

/** The cards, as they are stored. Only the owner of the lock writes to a card; `versionShown` never goes down. */
export interface CardRepo {
  /** Strongly consistent read. @throws {QueueError} `STORED_RECORD_INVALID` */
  get(taskId: string): Promise<CardRecord | undefined>;
  /**
   * Locks the card for one update, unless its version is done, a newer one is shown, or somebody else holds it.
   * @throws {QueueError} `STORED_RECORD_INVALID`; the card is not locked then
   */
  lock(lock: CardLock): Promise<CardLockResult>;
  /**
   * Writes to a card that is locked. If the answer to a write that gave the lock back was lost, the repeated request is reported
   * as lost too, and the next update finds the card done.
   * @throws {LeaseLost} when the lock is somebody else's, or a newer version is shown
   */
  write(card: CardRecord, change: CardChange): Promise<CardRecord>;
  /** Stores how long a transition took to be seen, unless that is stored; whether it was not. */
  putLatency(record: LatencyRecord): Promise<boolean>;
}

/** Where the card is now. */
export interface CardPlace {
  readonly threadTs: string;
  readonly ts: string;
  /** Cards posted so far, this one included. */
  readonly postings: number;
}

/** A card to be posted. */
export interface CardPosting {
  /** Root of the quote's thread, which was there a moment ago. */
  readonly threadTs: string;
  /** Which card of the task it is: 1, and one more each time somebody deleted it. */
  readonly posting: number;
}

/** A card that is in Slack. */
export interface PostedCard {
  readonly ts: string;
  /** Root of the thread that it is in: its own `ts` if Slack put it into the channel. */
  readonly threadTs: string;
  /** Whether it was posted now. If not, it was found: it may show an older version, or may be deleted by now. */
  readonly isNew: boolean;
}

/**
 * Messages of cards in Slack. A post is made once under its effect key, whatever is delivered twice.
 * Every method @throws {QueueError} of the Slack client; a post `EFFECT_IN_PROGRESS` (a deferral) while another is posting.
 */
export interface CardMessages {
  /** Has the card at `ts` show the task; `false` when the card was deleted. */
  edit(task: StoredTask, ts: string): Promise<boolean>;
  /** Root of the thread of the task's quote, opened if it is not there. */
  openThread(task: StoredTask, card: CardRecord): Promise<string>;
  /** Posts a card of the task, or finds the one that was posted before. `card` is locked. */
  post(task: StoredTask, card: CardRecord, posting: CardPosting): Promise<PostedCard>;
  /** Says in the thread, once, how the task moved on. `card` is locked and shown. */
  tellRecovery(task: StoredTask, card: CardRecord, recovery: Recovery): Promise<void>;
}

/** The queue of card messages. */
export interface CardQueue {
  /** Sends a message that is delivered after `delaySeconds`, 0 to 900. Sent twice is harmless: the second finds the card done. */
  send(message: CardMessage, delaySeconds: number): Promise<void>;
}

/** The queue of clicks, between the function that acknowledges and the one that works. */
export interface ClickQueue {
  /** Sends a click on its way; returns the message's id. */
  send(click: Click): Promise<string>;
}

/** Whether a click was handed over now, or had been before. */
export type HandOver = 'accepted' | 'replayed';

/** Lets each click through once. */
export interface ClickGuard {
  /**
   * Hands a click over, once. A hand-over that failed may be tried again.
   * @param handOver returns the id of what carries the click
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
  /** Opens it within 3 s of the press that `triggerId` is of; returns the view's id. @throws {QueueError} of the Slack client */
  open(task: StoredTask, trail: StoredTrail, triggerId: string): Promise<string>;
}

/** What only the person who clicked sees. */
export interface ClickNotices {
  /** Shows a notice beside the card. Slack does not promise delivery; sent again it is shown twice. @throws {QueueError} of the Slack client */
  tell(click: Click, notice: ClickNotice): Promise<void>;
}

/** Where figures are stored. */
export interface FigureSource {
  /** Latencies shown on a UTC day (`2026-11-21`), newest first, at most `limit`; eventually consistent. */
  latenciesOf(day: string, limit: number): Promise<ReadItems<LatencyRecord>>;
  /** The audit trail of a task. */
  trailOf(taskId: string): Promise<StoredTrail>;
}
