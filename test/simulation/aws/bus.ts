/** EventBridge: takes events and hands each to the queue of the cards, as the rule of the stack does. */
import * as z from 'zod/mini';
import type { HttpRequest, Reply } from '../queue/providers/replies.ts';

const entriesSchema = z.object({
  Entries: z.array(z.object({ Source: z.string(), DetailType: z.string(), Detail: z.string() })),
});

/** Takes events in; what the rule hands on is the whole event. */
export function busReply({ body }: HttpRequest, deliver: (message: string) => void): Reply {
  const { Entries } = entriesSchema.parse(JSON.parse(body));
  for (const { Source, DetailType, Detail } of Entries) {
    const detail: unknown = JSON.parse(Detail);
    deliver(JSON.stringify({ version: '0', source: Source, 'detail-type': DetailType, detail }));
  }
  return { status: 200, json: { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'event' })) } };
}
