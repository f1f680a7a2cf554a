/** All operations of the queue on one set of ports, for tests that need several of them. */
import { createClaim } from '../../lambdas/queue/domain/driver/claim.ts';
import { createComplete } from '../../lambdas/queue/domain/driver/complete.ts';
import { createFail } from '../../lambdas/queue/domain/driver/fail.ts';
import { createInspect, type Inspect } from '../../lambdas/queue/domain/driver/inspect.ts';
import {
  createRecordLostWorker,
  type RecordLostWorker,
} from '../../lambdas/queue/domain/driver/record-lost-worker.ts';
import { createEnqueue } from '../../lambdas/queue/domain/enqueue/enqueue.ts';
import type { ExecutionDriver, ExecutionQueueRepo, PauseSource } from '../../lambdas/queue/domain/ports.ts';
import type { ExecutionQueueService } from '../../lambdas/queue/domain/queue-service.ts';
import { createRecoverStale } from '../../lambdas/queue/domain/recovery/recover-stale.ts';
import { createOperate, type Operate } from '../../lambdas/queue/domain/task/operate.ts';
import { DEFAULT_RETRY_POLICY } from '../../lambdas/queue/domain/task/task-policy.ts';
import type { Clock, Ids } from '../../lambdas/shared/domain/ports.ts';
import { countedIds } from '../../tools/rig/counted-ids.ts';
import { ENGINE } from './builders.ts';

/** The ports that all operations share. */
export interface QueuePorts {
  readonly queue: ExecutionQueueRepo;
  readonly driver: ExecutionDriver;
  readonly clock: Clock;
  /** @default {@link countedIds} */
  readonly ids?: Ids;
  /** @default no kind is paused */
  readonly pauses?: PauseSource;
}

/** The operations of the specification, of drivers and of operators. */
export interface QueueService extends ExecutionQueueService {
  readonly inspect: Inspect;
  readonly operate: Operate;
  readonly recordLostWorker: RecordLostWorker;
}

/** For tests in which no kind is paused. */
export const nothingPaused: PauseSource = { pauseOf: () => Promise.resolve(undefined) };

const noStart = (): Promise<never> =>
  Promise.reject(new Error('expected no driver to be started or asked for'));

/** For tests in which no driver is started. */
export const unstarted: ExecutionDriver = { start: noStart, status: noStart };

/** Builds the operations like the handlers. */
export function queueServiceOf(ports: QueuePorts): QueueService {
  const options = {
    ids: countedIds,
    pauses: nothingPaused,
    ...ports,
    retryPolicy: DEFAULT_RETRY_POLICY,
    allowedEngines: new Set([ENGINE]),
    actor: 'system:test',
  };
  return {
    enqueue: createEnqueue(options),
    claim: createClaim(options),
    complete: createComplete(options),
    fail: createFail(options),
    recoverStale: createRecoverStale(options),
    inspect: createInspect(options),
    operate: createOperate(options),
    recordLostWorker: createRecordLostWorker(options),
  };
}
