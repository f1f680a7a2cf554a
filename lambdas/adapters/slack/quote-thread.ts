/**
 * The thread of a quote: one root message, opened once whoever comes first. It is an effect of its own under the same
 * ledger, so tasks that race, or a lost reply, do not open a second one.
 */
import type { WebClient } from '@slack/web-api';
import type { QuoteSnapshot } from '../../contracts/quote-snapshot.ts';
import type { EffectResult } from '../../contracts/records.ts';
import { LeaseLost, QueueError } from '../../domain/errors.ts';
import { hashOf } from '../../domain/hashing.ts';
import { formatMoney } from '../../domain/money.ts';
import { type GuardOptions, runGuarded } from '../guarded-effect.ts';
import { effectMetadata, findMessage } from './find-message.ts';
import { clipped, escapeLine } from './message-text.ts';
import { postMessage } from './post-message.ts';

/** What opening a thread works with. */
export interface QuoteThreadOptions extends GuardOptions {
  readonly client: WebClient;
  readonly channel: string;
}

/** Who opens the thread: a claimed task, or the holder of a card's lock. */
export interface ThreadOpener {
  /** Owner token of one claim; without one, nothing can be opened. */
  readonly owner?: string | undefined;
  readonly leaseExpiresAtMs?: number | undefined;
}

/** 5 looks, 300 ms apart: opening takes one call, so a racing task usually finds the thread without being deferred. */
const LOOKS = 5;
const LOOK_PAUSE_MS = 300;

/** What {@link runGuarded} ends with when the thread is not there and must not be opened. */
const NOT_OPENED = 'RETRIES_EXHAUSTED';

/** Longest title and name, as people see them and as they are sent: Slack divides a message from some 4,000 characters on. */
const MAX_NAME = { seen: 500, sent: 1_500 } as const;

/** Text of the root message. It must not change for a quote: it opens the thread once for all its tasks. */
export const rootText = (snapshot: QuoteSnapshot): string => {
  const total = formatMoney(snapshot.totalMinor, snapshot.currency);
  const title = clipped(snapshot.title, MAX_NAME.seen, MAX_NAME.sent);
  const customer = clipped(snapshot.customer.name, MAX_NAME.seen, MAX_NAME.sent);
  return `*Quote ${escapeLine(snapshot.quoteId)}* – ${title}\n${customer} · ${escapeLine(total)}`;
};

/** A quote may be worked on for years; a thread that the ledger forgot would be opened a second time. */
const THREAD_LIFE_SECONDS = 10 * 365 * 24 * 60 * 60;
/** A root message in doubt was posted by a task that has ended since, or is still within its deadline of a day. */
const ROOT_SEARCH_MS = 7 * 24 * 60 * 60 * 1_000;

async function openOnce(
  options: QuoteThreadOptions,
  opener: ThreadOpener,
  snapshot: QuoteSnapshot,
  mayOpen: boolean,
): Promise<EffectResult> {
  const { client, channel } = options;
  const contentHash = hashOf(['quoteq/thread', channel, snapshot.quoteId]);
  const effectKey = `slack.thread:${channel}:${snapshot.quoteId}`;
  const resultOf = (ts: string, hash: string): EffectResult => ({
    provider: 'slack',
    externalId: ts,
    location: `slack:${channel}/${ts}`,
    contentHash: hash,
  });
  const { result } = await runGuarded(options, {
    claim: {
      effectKey,
      taskHash: contentHash,
      // Several tasks share the key, and one owner token is one claim.
      owner: opener.owner ?? '',
      fence: 0,
      deduplicates: false,
      leaseExpiresAtMs: opener.leaseExpiresAtMs ?? 0,
    },
    contentHash,
    lifeSeconds: THREAD_LIFE_SECONDS,
    ...(mayOpen ? {} : { applyForbidden: NOT_OPENED }),
    apply: async () => {
      const message = { channel, text: rootText(snapshot), metadata: effectMetadata(effectKey, contentHash) };
      return resultOf(await postMessage(client, message), contentHash);
    },
    probe: async () => {
      const found = await findMessage(
        client,
        { channel, oldestMs: options.clock.nowMs() - ROOT_SEARCH_MS },
        effectKey,
      );
      return found && resultOf(found.ts, found.contentHash);
    },
  });
  return result;
}

const isBusy = (thrown: unknown): boolean =>
  thrown instanceof LeaseLost || (thrown instanceof QueueError && thrown.code === 'EFFECT_IN_PROGRESS');

async function patiently<T>({ clock }: QuoteThreadOptions, look: () => Promise<T>): Promise<T> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await look();
    } catch (thrown) {
      if (!isBusy(thrown)) throw thrown;
      if (looks === LOOKS) {
        throw new QueueError('EFFECT_IN_PROGRESS', {
          detail: 'Another task is opening the thread of the quote',
          deferral: true,
          retryAfterSeconds: 1,
          cause: thrown,
        });
      }
      await clock.sleep(LOOK_PAUSE_MS);
    }
  }
}

/**
 * `ts` of the quote's root message, opened if need be.
 * @throws {QueueError} `EFFECT_IN_PROGRESS` (a deferral) while another task is still opening it
 */
export const ensureThread = (
  options: QuoteThreadOptions,
  opener: ThreadOpener,
  snapshot: QuoteSnapshot,
): Promise<string> =>
  patiently(options, async () => (await openOnce(options, opener, snapshot, true)).externalId);

/** `ts` of the quote's root message; `undefined`, and nothing is posted, when there is none. */
export async function findThread(
  options: QuoteThreadOptions,
  opener: ThreadOpener,
  snapshot: QuoteSnapshot,
): Promise<string | undefined> {
  try {
    return (await patiently(options, () => openOnce(options, opener, snapshot, false))).externalId;
  } catch (thrown) {
    if (thrown instanceof QueueError && thrown.code === NOT_OPENED) return undefined;
    throw thrown;
  }
}
