/**
 * Calls of `record-lost-worker` that arrive once more when it is too late: the task has the next driver by then, and a
 * worker of that one is at it.
 */
import * as z from 'zod/mini';
import type { Write } from './dynamodb.ts';

const callSchema = z.object({ taskId: z.string(), generation: z.number() });
type Call = z.infer<typeof callSchema>;

const runningSchema = z.object({ state: z.literal('running'), generation: z.number() });

/** See the file head. */
export class LateCalls {
  readonly #calls = new Map<string, Call>();
  readonly #deliver: (call: Call) => void;

  constructor(deliver: (call: Call) => void) {
    this.#deliver = deliver;
  }

  /** Keeps a call to be delivered once more. */
  keep(payload: unknown): void {
    const call = callSchema.parse(payload);
    this.#calls.set(call.taskId, call);
  }

  /** Takes a write of the Tasks table in. */
  onWrite({ key, after }: Write): void {
    const call = this.#calls.get(key);
    const running = runningSchema.safeParse(after).data;
    if (call === undefined || running === undefined || running.generation <= call.generation) return;
    this.#calls.delete(key);
    this.#deliver(call);
  }
}
