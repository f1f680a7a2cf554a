/** Finds one of our messages by the effect key in its metadata, and tells whether the root of a thread exists. */
import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import * as z from 'zod/mini';
import { QueueError } from '../../domain/errors.ts';
import { MESSAGE_TS, slackError } from './slack-client.ts';

/** Metadata event of every message that is an effect. */
export const EFFECT_EVENT_TYPE = 'quoteq_effect';

const metadataSchema = z.object({
  event_type: z.literal(EFFECT_EVENT_TYPE),
  event_payload: z.object({ effect_key: z.string(), content_hash: z.string() }),
});
const messageSchema = z.object({
  ts: z.string().check(z.regex(MESSAGE_TS)),
  subtype: z.optional(z.string()),
  metadata: z.optional(z.unknown()),
});
const pageSchema = z.object({
  messages: z.optional(z.array(messageSchema)),
  response_metadata: z.optional(z.object({ next_cursor: z.optional(z.string()) })),
});

type Page = z.infer<typeof pageSchema>;

/** A message that carries an effect key. */
export interface EffectMessage {
  readonly ts: string;
  readonly contentHash: string;
}

/** The place to search: a thread, or the channel's own messages. */
export interface MessagePlace {
  readonly channel: string;
  readonly threadTs?: string;
  /** Messages before this time are left out, in epoch milliseconds; @default all are included */
  readonly oldestMs?: number;
}

/** 20 pages × 200 = the newest 4,000 messages of a channel; our threads are far shorter. */
const MAX_PAGES = 20;
const PAGE_SIZE = 200;

/** Metadata of the message with this effect key. */
export const effectMetadata = (effectKey: string, contentHash: string) => ({
  event_type: EFFECT_EVENT_TYPE,
  event_payload: { effect_key: effectKey, content_hash: contentHash },
});

/** Whether the root of a thread exists. A deleted root with replies is kept as a tombstone. */
export const RootState = { There: 'there', Tombstone: 'tombstone', Missing: 'missing' } as const;
/** One of {@link RootState}. */
export type RootState = (typeof RootState)[keyof typeof RootState];

/** A deleted root without replies: the thread does not exist. */
const isNoThread = (thrown: unknown): boolean =>
  thrown instanceof WebAPIPlatformError && thrown.data.error === 'thread_not_found';

async function fetchPage(
  client: WebClient,
  place: MessagePlace,
  cursor?: string,
  limit = PAGE_SIZE,
): Promise<Page> {
  const common = {
    channel: place.channel,
    include_all_metadata: true,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(place.oldestMs === undefined ? {} : { oldest: String(place.oldestMs / 1_000) }),
  };
  try {
    const page =
      place.threadTs === undefined
        ? await client.conversations.history(common)
        : await client.conversations.replies({ ...common, ts: place.threadTs });
    return pageSchema.parse(page);
  } catch (thrown) {
    if (place.threadTs !== undefined && isNoThread(thrown)) return {};
    throw slackError(thrown);
  }
}

const matching = (messages: z.infer<typeof pageSchema>['messages'], effectKey: string): EffectMessage[] =>
  (messages ?? []).flatMap((message) => {
    const metadata = metadataSchema.safeParse(message.metadata);
    return metadata.success && metadata.data.event_payload.effect_key === effectKey
      ? [{ ts: message.ts, contentHash: metadata.data.event_payload.content_hash }]
      : [];
  });

/** Every page of a thread begins with its root. */
function rootStateIn({ messages }: Page, threadTs: string | undefined): RootState {
  const root = messages?.find(({ ts }) => ts === threadTs);
  if (root === undefined) return RootState.Missing;
  return root.subtype === 'tombstone' ? RootState.Tombstone : RootState.There;
}

/** The state of a thread's root, with one request. @throws {QueueError} as {@link slackError} */
export async function rootStateOf(client: WebClient, channel: string, threadTs: string): Promise<RootState> {
  return rootStateIn(await fetchPage(client, { channel, threadTs }, undefined, 1), threadTs);
}

/** The result of a search. */
export interface MessageSearch {
  readonly message: EffectMessage | undefined;
  /** State of the searched thread's root; `missing` for a channel. */
  readonly root: RootState;
}

/**
 * Searches for the message with `effectKey`.
 * @throws {QueueError} `DUPLICATE_EFFECT` when there are several; `PROVIDER_UNAVAILABLE` when there are too many messages to
 * search; else as {@link slackError}
 */
export async function searchMessages(
  client: WebClient,
  place: MessagePlace,
  effectKey: string,
): Promise<MessageSearch> {
  const found = new Map<string, EffectMessage>();
  let root: RootState = RootState.Missing;
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { messages, response_metadata } = await fetchPage(client, place, cursor);
    // A thread's first message is on every page of it; `ts` identifies it.
    for (const message of matching(messages, effectKey)) found.set(message.ts, message);
    if (page === 0) root = rootStateIn({ messages }, place.threadTs);
    cursor = response_metadata?.next_cursor;
    if (cursor === undefined || cursor === '') return { message: only(found), root };
  }
  if (found.size > 0) return { message: only(found), root };
  // An incomplete search does not prove that the message is absent.
  throw new QueueError('PROVIDER_UNAVAILABLE', {
    detail: `The message is not among the newest ${MAX_PAGES * PAGE_SIZE}; there are more`,
  });
}

/** The message with `effectKey`, or `undefined`. @throws {QueueError} as {@link searchMessages} */
export const findMessage = async (
  client: WebClient,
  place: MessagePlace,
  effectKey: string,
): Promise<EffectMessage | undefined> => (await searchMessages(client, place, effectKey)).message;

function only(found: ReadonlyMap<string, EffectMessage>): EffectMessage | undefined {
  if (found.size > 1) {
    throw new QueueError('DUPLICATE_EFFECT', {
      detail: `Slack holds ${found.size} messages under one effect key`,
    });
  }
  return found.values().next().value;
}
