/** Messages that ask for the update of a card. */
import * as z from 'zod/mini';
import { epochMsSchema } from '../../shared/contracts/stored-fields.ts';
import { EXECUTION_TRANSITIONED } from '../../queue/contracts/events.ts';
import { taskIdSchema } from '../../queue/contracts/records.ts';

const count = z.int().check(z.minimum(0));

/**
 * A message of the card queue: the bus' event, or one sent again. Only the task's id is used of an event; the card
 * shows what the task is when it is read.
 */
export const cardMessageSchema = z.object({
  detail: z.object({ taskId: taskIdSchema }),
  retry: z.optional(
    z.object({
      /** How often it was put back. */
      count: count,
      /** When it was put back first. */
      sinceMs: epochMsSchema,
      /** Write the card even if it shows the present version: an earlier write may have arrived late. */
      rewrite: z.optional(z.boolean()),
    }),
  ),
});
const envelopeSchema = z.object({ 'detail-type': z.optional(z.string()) });

/** Whether it is an event of a type that this release does not know: a newer one has other consumers for it. */
export function isForeignEvent(body: unknown): boolean {
  const type = envelopeSchema.safeParse(body).data?.['detail-type'];
  return type !== undefined && type !== EXECUTION_TRANSITIONED;
}

/** A message of the card queue. */
export type CardMessage = z.infer<typeof cardMessageSchema>;
