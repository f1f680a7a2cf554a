import type { FunctionName } from './functions.ts';
import { byWorker, providerRow } from '../../lambdas/shared/contracts/providers.ts';
import { TIME_LIMITS } from '../../lambdas/shared/contracts/time-limits.ts';

/** Size of a function. */
export interface FunctionSettings {
  /** Lambda stops the function after this; workers stay under the task timeout of the state machine, which stays under the lease. */
  readonly timeoutSeconds: number;
  /** Also buys CPU: 1,769 MB is one core. */
  readonly memoryMb: number;
}

/** API functions answer people: half of API Gateway's 30 s is still too long, and a third of a core loads them fast. */
const API: FunctionSettings = { timeoutSeconds: 10, memoryMb: 512 };
/** Workers wait for a provider most of the time. */
const WORKER: FunctionSettings = { timeoutSeconds: TIME_LIMITS.workerTimeoutSeconds, memoryMb: 512 };

/** Size of each function. */
export const FUNCTION_SETTINGS = {
  'enqueue-action': API,
  'read-actions': API,
  'control-action': API,
  ...byWorker((provider): FunctionSettings => ({
    ...WORKER,
    memoryMb: providerRow(provider).workerMemoryMb ?? WORKER.memoryMb,
  })),
  // One read and one conditional write.
  'record-lost-worker': { timeoutSeconds: 10, memoryMb: 256 },
  // Two thousand candidates, ten at once, with four requests of some 20 ms each: 16 s. The rest is for slow days.
  sweep: { timeoutSeconds: TIME_LIMITS.sweepTimeoutSeconds, memoryMb: 512 },
  // 100 records at some 20 ms a write take 2 s; the rest is room for throttled writes.
  'publish-transitions': { timeoutSeconds: 30, memoryMb: 256 },
  // Seven Slack calls of 3 s in the worst case (find and open the thread, find and post or edit the card, two messages).
  'update-card': { timeoutSeconds: 30, memoryMb: 512 },
  // Slack gives up on an answer after 3 s, a cold start included: half a core.
  'slack-interactions': { timeoutSeconds: 10, memoryMb: 1_024 },
  'slack-commands': { timeoutSeconds: 10, memoryMb: 1_024 },
  // One transition, the start of an execution, one answer to a person.
  'operate-click': { timeoutSeconds: 15, memoryMb: 512 },
} as const satisfies Record<FunctionName, FunctionSettings>;
