/** How the outcome of an agreement gets into the log. Every Region that owes the event plans the same command. */
import * as z from 'zod/mini';
import type { DecidedContent } from '../agreements/decided.ts';
import type { Common } from '../folds/common.ts';
import { type CommandResult, planEvents } from './plan.ts';

/** Agreements check what they decide; nothing is checked again here, so that no decision is kept from the log. */
const anything = z.object({ type: z.string(), payload: z.json() });

/**
 * Plans the event of one decision. Its entity is the agreement's key, e.g. `order#<id>`. Its fingerprint is the content, so that another
 * content under the same command id is found by the command record too.
 */
export const planDecided = (
  nowMs: number,
  state: Pick<Common, 'seen' | 'latestHlc'>,
  { commandId, type, payload }: DecidedContent,
): CommandResult =>
  planEvents({ commandId, nowMs }, payload, [
    { entity: payload.key, state, schema: anything, type, payload: { ...payload } },
  ]);
