/**
 * The thread of a quote. Invariants upheld here:
 * 1. Its root message is a separate effect under the ledger, so that racing tasks, or a lost reply, open only one.
 * 2. A root that an operator deleted is replaced once. The next root is the effect whose key contains the deleted one, so all
 *    tasks that notice the deletion agree on one new root, and the ledger leads from each root to the next.
 */
import type { WebClient } from '@slack/web-api';
import type { CapCode } from '../../contracts/error-codes.ts';
import type { QuoteSnapshot } from '../../contracts/quote-snapshot.ts';
import { EffectProof } from '../../contracts/effects.ts';
import { isErrorOf, QueueError, toQueueError, withDoubt } from '../../domain/errors.ts';
import { hashOf } from '../../domain/hashing.ts';
import { formatMoney } from '../../domain/money.ts';
import type { EffectOutcome } from '../../domain/effect.ts';
import { type GuardOptions, runGuarded } from '../guarded-effect.ts';
import { effectMetadata, findMessage, RootState, rootStateOf } from './find-message.ts';
import { clipped, escapeLine } from './message-text.ts';
import { postMessage } from './post-message.ts';

/** Options of opening a thread. */
export interface QuoteThreadOptions extends GuardOptions {
  readonly client: WebClient;
  readonly channel: string;
}

/** The opener of the thread: a claimed task, or the holder of a card's lock. */
export interface ThreadOpener {
  /** Owner token of one claim; without it, nothing can be opened. */
  readonly owner?: string | undefined;
  readonly leaseExpiresAtMs?: number | undefined;
}

/** 5 reads, 300 ms apart. Opening takes one call, so a racing task usually finds the thread without a deferral. */
const LOOKS = 5;
const LOOK_PAUSE_MS = 300;

/** The error of {@link runGuarded} if the thread does not exist and must not be opened. */
const NOT_OPENED: CapCode = 'RETRIES_EXHAUSTED';

/** Maximum title and name, as people see them and as they are sent. Slack divides a message from about 4,000 characters on. */
const MAX_NAME = { seen: 500, sent: 1_500 } as const;

/** Text of the root message. It never changes for a quote, because it opens the thread once for all its tasks. */
export const rootText = (snapshot: QuoteSnapshot): string => {
  const total = formatMoney(snapshot.totalMinor, snapshot.currency);
  const title = clipped(snapshot.title, MAX_NAME.seen, MAX_NAME.sent);
  const customer = clipped(snapshot.customer.name, MAX_NAME.seen, MAX_NAME.sent);
  return `*Quote ${escapeLine(snapshot.quoteId)}* – ${title}\n${customer} · ${escapeLine(total)}`;
};

/** A quote may be used for years; if the ledger forgot the thread, it would be opened a second time. */
const THREAD_LIFE_SECONDS = 10 * 365 * 24 * 60 * 60;
/** A message in doubt was posted by a task that has ended since, or is still within its deadline of a day. */
export const MESSAGE_SEARCH_MS = 7 * 24 * 60 * 60 * 1_000;

/** Identifies a root of a quote: the first, or the one that replaced a deleted one. */
interface RootKey {
  readonly snapshot: QuoteSnapshot;
  /** `ts` of the deleted root. */
  readonly replaced?: string | undefined;
}

const keyPartsOf = (channel: string, { snapshot, replaced }: RootKey): readonly string[] => [
  channel,
  snapshot.quoteId,
  ...(replaced === undefined ? [] : [replaced]),
];

const resultOf = (channel: string, ts: string, contentHash: string) => ({
  provider: 'slack',
  externalId: ts,
  location: `slack:${channel}/${ts}`,
  contentHash,
});

async function openOnce(
  options: QuoteThreadOptions,
  opener: ThreadOpener,
  root: RootKey,
  mayOpen: boolean,
): Promise<EffectOutcome> {
  const { client, channel } = options;
  const contentHash = hashOf(['quoteq/thread', ...keyPartsOf(channel, root)]);
  const effectKey = `slack.thread:${keyPartsOf(channel, root).join(':')}`;
  return runGuarded(options, {
    claim: {
      effectKey,
      taskHash: contentHash,
      // Several tasks share the key; one owner token belongs to one claim.
      owner: opener.owner ?? '',
      fence: 0,
      deduplicates: false,
      leaseExpiresAtMs: opener.leaseExpiresAtMs ?? 0,
    },
    contentHash,
    lifeSeconds: THREAD_LIFE_SECONDS,
    ...(mayOpen ? {} : { applyForbidden: NOT_OPENED }),
    apply: async () => {
      const metadata = effectMetadata(effectKey, contentHash);
      const { ts } = await postMessage(client, { channel, text: rootText(root.snapshot), metadata });
      return resultOf(channel, ts, contentHash);
    },
    probe: async () => {
      const oldestMs = options.clock.nowMs() - MESSAGE_SEARCH_MS;
      const found = await findMessage(client, { channel, oldestMs }, effectKey);
      return found && resultOf(channel, found.ts, found.contentHash);
    },
  });
}

const isBusy = (thrown: unknown): boolean => isErrorOf(thrown, 'lease_lost') || isErrorOf(thrown, 'wait');

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

/** Slack may not list a message in the first seconds after it was posted. */
const SETTLING_MS = 60_000;
const SETTLE_PAUSE_MS = 1_000;

/**
 * The state of a root. If the app may not read it, it counts as existing: if the token may not post either, Slack refuses the
 * post itself.
 * @throws {QueueError} as the Slack client, with nothing in doubt, because a read posts nothing
 */
async function lookAtRoot({ client, channel }: QuoteThreadOptions, ts: string): Promise<RootState> {
  try {
    return await rootStateOf(client, channel, ts);
  } catch (thrown) {
    // Until the set-up changes, no read succeeds; posting needs fewer permissions than reading.
    if (isErrorOf(thrown, 'locked_out')) return RootState.There;
    throw withDoubt(toQueueError(thrown), false);
  }
}

/** Whether a root was deleted. A root that is missing soon after it was posted is checked twice. */
async function isDeleted(options: QuoteThreadOptions, ts: string): Promise<boolean> {
  const { clock } = options;
  const state = await lookAtRoot(options, ts);
  if (state !== RootState.Missing) return state === RootState.Tombstone;
  if (clock.nowMs() - Number(ts) * 1_000 > SETTLING_MS) return true;
  await clock.sleep(SETTLE_PAUSE_MS);
  return (await lookAtRoot(options, ts)) !== RootState.There;
}

/** Each deleted root costs one more read. If a quote's thread was deleted this often, it has no place in this channel. */
const MAX_ROOTS = 10;

/**
 * `ts` of the quote's root message; the root is opened if needed. If an operator deleted the last one, the next one is opened.
 * @param deleted roots to which Slack has refused a reply
 * @throws {QueueError} `EFFECT_IN_PROGRESS` (a deferral) while another task is opening it; `PROVIDER_REFUSED` when ten were
 * deleted
 */
export async function ensureThread(
  options: QuoteThreadOptions,
  opener: ThreadOpener,
  snapshot: QuoteSnapshot,
  deleted: ReadonlySet<string> = new Set(),
): Promise<string> {
  let replaced: string | undefined;
  for (let roots = 1; roots <= MAX_ROOTS; roots += 1) {
    const key = { snapshot, replaced };
    const { result, proof } = await patiently(options, () => openOnce(options, opener, key, true));
    const ts = result.externalId;
    if (proof === EffectProof.Applied) return ts;
    if (!deleted.has(ts) && !(await isDeleted(options, ts))) return ts;
    replaced = ts;
  }
  throw new QueueError('PROVIDER_REFUSED', {
    detail: `${MAX_ROOTS} threads of the quote were deleted in Slack`,
  });
}

/**
 * `known`, a root of the quote, if it exists; else the one that replaced it, opened if needed. It does not read the ledger if
 * `known` exists.
 * @throws {QueueError} as {@link ensureThread}
 */
export const keepThread = async (
  options: QuoteThreadOptions,
  opener: ThreadOpener,
  snapshot: QuoteSnapshot,
  known: string,
): Promise<string> =>
  (await isDeleted(options, known)) ? ensureThread(options, opener, snapshot, new Set([known])) : known;

/**
 * `ts` of the quote's root message. If there is no root message, it is `undefined`, and nothing is posted.
 * @param replaced `ts` of a deleted root, to find the one that replaced it
 */
export async function findThread(
  options: QuoteThreadOptions,
  opener: ThreadOpener,
  snapshot: QuoteSnapshot,
  replaced?: string,
): Promise<string | undefined> {
  const key = { snapshot, replaced };
  try {
    const { result } = await patiently(options, () => openOnce(options, opener, key, false));
    return result.externalId;
  } catch (thrown) {
    if (isErrorOf(thrown, 'cap')) return undefined;
    throw thrown;
  }
}
