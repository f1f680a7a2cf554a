/** Slack: one channel with threads, metadata and edits, used only by the queue. Timestamps and order are those of Slack. */
import * as z from 'zod/mini';
import { buttonValueSchema, type ButtonValue } from '../../../../lambdas/slack/contracts/slack-actions.ts';
import type { HttpRequest, Reply } from './replies.ts';

/** A message. */
export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | undefined;
  readonly effectKey: string | undefined;
  readonly contentHash: string | undefined;
  readonly metadata: unknown;
  text: string;
  blocks: unknown;
}

/** A button of a message. */
export interface SlackButton {
  readonly actionId: string;
  readonly value: string;
  readonly parsed: ButtonValue;
}

const effectSchema = z.object({
  event_payload: z.object({ effect_key: z.string(), content_hash: z.string() }),
});
const blocksSchema = z.array(
  z.looseObject({
    elements: z.optional(
      z.array(z.looseObject({ action_id: z.optional(z.string()), value: z.optional(z.string()) })),
    ),
  }),
);

const parsedJson = (text: string | null): unknown => (text === null ? undefined : JSON.parse(text));

/** The present buttons of a message. */
export function buttonsIn(message: Pick<SlackMessage, 'blocks'>): readonly SlackButton[] {
  const blocks = blocksSchema.safeParse(message.blocks);
  if (!blocks.success) return [];
  return blocks.data
    .flatMap(({ elements = [] }) => elements)
    .flatMap(({ action_id: actionId, value }) => {
      if (actionId === undefined || value === undefined) return [];
      const parsed = buttonValueSchema.safeParse(JSON.parse(value));
      return parsed.success ? [{ actionId, value, parsed: parsed.data }] : [];
    });
}

/** Observer of the messages. */
export interface SlackWatch {
  readonly onPost: (message: SlackMessage) => void;
  /** An edit that arrived in time replaces a newer version by an older one. */
  readonly onOlder: (text: string) => void;
}

const versionIn = (message: Pick<SlackMessage, 'blocks'>): number =>
  buttonsIn(message)[0]?.parsed.version ?? 0;

/** The simulated Slack. */
export class SimulatedSlack {
  readonly messages: SlackMessage[] = [];
  readonly #nowMs: () => number;
  readonly #watch: SlackWatch;

  constructor(nowMs: () => number, watch: SlackWatch) {
    this.#nowMs = nowMs;
    this.#watch = watch;
  }

  /** Answers a request. @throws {Error} for an unknown method */
  answer({ url, body }: HttpRequest, isLate: boolean): Reply {
    const form = new URLSearchParams(body);
    const method = url.pathname.replace(/^\/api\//, '');
    return { status: 200, json: this.#call(method, form, isLate) };
  }

  #call(method: string, form: URLSearchParams, isLate: boolean): object {
    switch (method) {
      case 'chat.postMessage':
        return this.#post(form);
      case 'chat.update':
        return this.#update(form, isLate);
      case 'conversations.replies':
        return this.#list(form, (message) => (message.threadTs ?? message.ts) === form.get('ts'));
      case 'conversations.history':
        return this.#list(form, (message) => message.threadTs === undefined);
      case 'chat.postEphemeral':
        return { ok: true, message_ts: this.#ts() };
      default:
        throw new Error(`The simulated Slack does not know ${method}`);
    }
  }

  #ts(): string {
    const number = String(this.messages.length + 1).padStart(6, '0');
    return `${Math.floor(this.#nowMs() / 1_000)}.${number}`;
  }

  #post(form: URLSearchParams): object {
    const metadata = parsedJson(form.get('metadata'));
    const effect = effectSchema.safeParse(metadata);
    const message: SlackMessage = {
      channel: form.get('channel') ?? '',
      ts: this.#ts(),
      threadTs: form.get('thread_ts') ?? undefined,
      effectKey: effect.success ? effect.data.event_payload.effect_key : undefined,
      contentHash: effect.success ? effect.data.event_payload.content_hash : undefined,
      metadata,
      text: form.get('text') ?? '',
      blocks: parsedJson(form.get('blocks')),
    };
    this.messages.push(message);
    this.#watch.onPost(message);
    return { ok: true, ts: message.ts, channel: message.channel };
  }

  #update(form: URLSearchParams, isLate: boolean): object {
    const message = this.messages.find(({ ts }) => ts === form.get('ts'));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    const before = versionIn(message);
    message.text = form.get('text') ?? message.text;
    message.blocks = parsedJson(form.get('blocks')) ?? message.blocks;
    const after = versionIn(message);
    if (after < before && !isLate) this.#watch.onOlder(`${message.effectKey}: ${before} → ${after}`);
    return { ok: true, ts: message.ts, channel: message.channel };
  }

  #list(form: URLSearchParams, isListed: (message: SlackMessage) => boolean): object {
    const oldest = Number(form.get('oldest') ?? 0);
    const messages = this.messages
      .filter((message) => isListed(message) && Number(message.ts) >= oldest)
      .map(({ ts, text, metadata }) => ({ ts, text, metadata }));
    return { ok: true, messages, response_metadata: { next_cursor: '' } };
  }
}
