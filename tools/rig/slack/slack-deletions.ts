/**
 * The effect of deleting a thread's root message, as at Slack. The local Slack keeps the replies as if the root existed.
 * - A root with replies leaves a tombstone: the thread can be read and replied to.
 * - A root without replies leaves nothing: `conversations.replies` answers `thread_not_found`, and a reply is posted in the
 *   channel itself, with no `thread_ts` in the answer.
 */
import type { ServerRequest } from '../http/http-server.ts';
import { argumentsOf, isObject, type Json, methodOf, parseObject, withoutArgument } from './slack-call.ts';

const tombstoneOf = (ts: string): Json => ({
  type: 'message',
  subtype: 'tombstone',
  text: 'This message was deleted.',
  user: 'USLACKBOT',
  ts,
  thread_ts: ts,
});

const THREAD_NOT_FOUND = Buffer.from(JSON.stringify({ ok: false, error: 'thread_not_found' }));

/** Deleted roots of one workspace. */
export class SlackDeletions {
  /** Roots that have replies, by channel and ts. */
  readonly #replied = new Set<string>();
  readonly #tombstones = new Set<string>();
  readonly #gone = new Set<string>();

  #key(channel: unknown, ts: unknown): string {
    return `${String(channel)} ${String(ts)}`;
  }

  /** The call as Slack would interpret it. */
  understood(request: ServerRequest): ServerRequest {
    if (methodOf(request) !== 'chat.postMessage') return request;
    const { channel, thread_ts: threadTs } = argumentsOf(request);
    return this.#gone.has(this.#key(channel, threadTs)) ? withoutArgument(request, 'thread_ts') : request;
  }

  /** Records an interpreted call and its answer; returns the answer for the client. */
  apply(request: ServerRequest, answer: Buffer): Buffer {
    const parsed = parseObject(answer.toString('utf8'));
    if (parsed?.['ok'] !== true) return answer;
    const args = argumentsOf(request);
    switch (methodOf(request)) {
      case 'chat.postMessage':
        if (args['thread_ts'] !== undefined)
          this.#replied.add(this.#key(parsed['channel'], args['thread_ts']));
        return answer;
      case 'chat.delete':
        this.#deleted(this.#key(parsed['channel'], parsed['ts']));
        return answer;
      case 'conversations.replies':
        return this.#replies(args, parsed, answer);
      default:
        return answer;
    }
  }

  #deleted(key: string): void {
    (this.#replied.has(key) ? this.#tombstones : this.#gone).add(key);
  }

  #replies({ channel, ts, limit }: Json, answer: Json, untouched: Buffer): Buffer {
    const key = this.#key(channel, ts);
    if (this.#gone.has(key)) return THREAD_NOT_FOUND;
    if (!this.#tombstones.has(key)) return untouched;
    const listed: unknown = answer['messages'];
    const messages = [tombstoneOf(String(ts)), ...(Array.isArray(listed) ? listed.filter(isObject) : [])];
    return Buffer.from(JSON.stringify({ ...answer, messages: messages.slice(0, Number(limit ?? 1_000)) }));
  }
}
