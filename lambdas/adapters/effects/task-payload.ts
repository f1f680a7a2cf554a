/** The payload of a stored task as its kind's type; read again, because an old item may have an old shape. */
import { type ActionKind, enqueueBodySchema, type PayloadOf } from '../../contracts/action-kinds.ts';
import type { ExecutionTask } from '../../contracts/records.ts';
import { QueueError } from '../../domain/errors.ts';

/** @throws {QueueError} `STORED_RECORD_INVALID` when the task is of another kind or its payload has another shape */
export function payloadOf<K extends ActionKind>(task: ExecutionTask, kind: K): PayloadOf<K> {
  const parsed = enqueueBodySchema.safeParse({ kind: task.kind, payload: JSON.parse(task.payloadJson) });
  if (!parsed.success || parsed.data.kind !== kind) {
    throw new QueueError('STORED_RECORD_INVALID', {
      detail: `Expected a payload of ${kind} in ${task.taskId}`,
    });
  }
  return parsed.data.payload as PayloadOf<K>;
}
