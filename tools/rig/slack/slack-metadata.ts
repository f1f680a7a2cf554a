/**
 * Message metadata, which the local Slack does not store. It is stored here by (channel, ts) from the calls that pass, and
 * added to the answers of `conversations.history` and `conversations.replies` if `include_all_metadata` is set. As at Slack, an
 * update without metadata keeps the old metadata, and an empty object deletes it.
 */
import type { ServerRequest } from '../http/http-server.ts';
import { argumentsOf, isObject, type Json, methodOf, parseObject } from './slack-call.ts';

const objectOf = (value: unknown): Json | undefined => {
  if (typeof value === 'string') return parseObject(value);
  return isObject(value) ? value : undefined;
};

const isTrue = (value: unknown): boolean =>
  value === true || value === 'true' || value === '1' || value === 1;

/** Metadata of one workspace's messages. */
export class SlackMetadata {
  readonly #kept = new Map<string, Json>();

  /** Records a call and its answer; returns the answer for the client. */
  apply(request: ServerRequest, answer: Buffer): Buffer {
    const method = methodOf(request);
    const parsed = parseObject(answer.toString('utf8'));
    if (parsed?.['ok'] !== true) return answer;
    if (method === 'chat.postMessage' || method === 'chat.update') this.#keep(argumentsOf(request), parsed);
    if (method === 'chat.delete') this.#kept.delete(this.#key(parsed['channel'], parsed['ts']));
    const isRead = method === 'conversations.history' || method === 'conversations.replies';
    return isRead ? this.#addTo(argumentsOf(request), parsed, answer) : answer;
  }

  #key(channel: unknown, ts: unknown): string {
    return `${String(channel)} ${String(ts)}`;
  }

  #keep(args: Json, answer: Json): void {
    const metadata = objectOf(args['metadata']);
    if (metadata === undefined) return;
    const key = this.#key(answer['channel'], answer['ts']);
    if (Object.keys(metadata).length === 0) this.#kept.delete(key);
    else this.#kept.set(key, metadata);
  }

  #addTo(args: Json, answer: Json, untouched: Buffer): Buffer {
    const messages: unknown = answer['messages'];
    if (!isTrue(args['include_all_metadata']) || !Array.isArray(messages)) return untouched;
    const withMetadata = messages.map((message: unknown) => {
      if (!isObject(message)) return message;
      const metadata = this.#kept.get(this.#key(message['channel'] ?? args['channel'], message['ts']));
      return metadata === undefined ? message : { ...message, metadata };
    });
    return Buffer.from(JSON.stringify({ ...answer, messages: withMetadata }));
  }
}
