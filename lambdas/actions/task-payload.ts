/** The payload of a stored task, typed by its kind. It is parsed again, because an old item may have an old shape. */
import type * as z from 'zod/mini';
import type { EffectTask } from '../shared/domain/effect.ts';
import { QueueError } from '../shared/domain/errors.ts';

/** `undefined` is not a payload of any kind. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the payload has the shape, for any kind. */
export const readsAs = (task: EffectTask, schema: z.ZodMiniType): boolean =>
  schema.safeParse(parsedJson(task.payloadJson)).success;

/** @throws {QueueError} `STORED_RECORD_INVALID` when the task is of another kind or its payload has another shape */
export function payloadOf<T>(task: EffectTask, kind: string, schema: z.ZodMiniType<T>): T {
  const parsed = schema.safeParse(parsedJson(task.payloadJson));
  if (parsed.success && task.kind === kind) return parsed.data;
  throw new QueueError('STORED_RECORD_INVALID', {
    detail: `Expected a payload of ${kind} in ${task.taskId}`,
  });
}
