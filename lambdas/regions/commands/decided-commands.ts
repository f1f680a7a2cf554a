/** Writes the outcome of an agreement into the log. Every Region that writes the event plans the same command. */
import * as z from 'zod/mini';
import type { DecidedContent } from '../agreements/decided.ts';
import type { Common } from '../folds/common.ts';
import { type CommandResult, planEvents } from './plan.ts';

/** Agreements validate their decisions. They are not validated again here, so that every decision reaches the log. */
const anything = z.object({ type: z.string(), payload: z.json() });

/**
 * Plans the event of one decision. Its entity is the agreement's key, e.g. `order#<id>`. Its fingerprint is the content, so that the
 * command record also detects a different content under the same command id.
 */
export const planDecided = (
  nowMs: number,
  state: Pick<Common, 'seen' | 'latestHlc'>,
  { commandId, type, payload }: DecidedContent,
): CommandResult =>
  planEvents({ commandId, nowMs }, payload, [
    { entity: payload.key, state, schema: anything, type, payload: { ...payload } },
  ]);
