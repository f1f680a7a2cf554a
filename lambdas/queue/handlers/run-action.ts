/** Shared by the `run-action-*` functions: the queue, the ledger and the drive. */
import type { Context } from 'aws-lambda';
import type { ActionKind, KindOf, Worker } from '../../actions/kinds.ts';
import { Env } from '../../shared/contracts/environment.ts';
import type { QueueFunctionName } from '../contracts/functions.ts';
import { type RunActionOutput, runActionInputSchema } from '../contracts/state-machine-io.ts';
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbLedgerRepo } from '../../shared/adapters/dynamodb/ledger-repo.ts';
import { DynamoDbPauseRepo } from '../adapters/dynamodb/pause-repo.ts';
import { DynamoDbTaskStore } from '../adapters/dynamodb/task-store.ts';
import { GuardedEffectRunner } from '../adapters/effect-runner.ts';
import type { GuardOptions } from '../../shared/adapters/guarded-effect.ts';
import { randomIds, systemClock } from '../../shared/adapters/system.ts';
import { type DriverOperations, driveTask } from '../domain/driver/drive-task.ts';
import { type ClaimOptions, createClaim } from '../domain/driver/claim.ts';
import { createComplete } from '../domain/driver/complete.ts';
import { createFail } from '../domain/driver/fail.ts';
import { createInspect } from '../domain/driver/inspect.ts';
import type { Effect } from '../../shared/domain/effect.ts';
import { DEFAULT_RETRY_POLICY } from '../domain/task/task-policy.ts';
import type { Clock, Ids } from '../../shared/domain/ports.ts';
import { createLogger } from '../../shared/platform/logger.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';

/** Creates the effect of a kind for one invocation. */
export type EffectFactory = (options: GuardOptions) => Effect;

/** Clock and ids; tests use their own. */
export interface WorkerSystem {
  readonly clock: Clock;
  readonly ids: Ids;
}

const operationsOf = (options: ClaimOptions): DriverOperations => ({
  claim: createClaim(options),
  complete: createComplete(options),
  fail: createFail(options),
  inspect: createInspect(options),
});

/** The effect of a kind. @throws {TypeError} when the worker does not carry the kind out */
function effectOf(
  effects: Readonly<Partial<Record<ActionKind, EffectFactory>>>,
  kind: ActionKind,
  guard: GuardOptions,
): Effect {
  const create = effects[kind];
  if (create === undefined) throw new TypeError(`kind: expected one of this worker, got ${kind}`);
  return create(guard);
}

/**
 * The handler of `run-action-<worker>`. It answers with a typed outcome; if it throws, the worker counts as lost. Delivered
 * again, it finds that the lease is held or the task has ended.
 */
export function createRunActionHandler<W extends Worker>(
  worker: W,
  effects: Readonly<Record<KindOf<W>, EffectFactory>>,
  system: WorkerSystem = { clock: systemClock, ids: randomIds },
) {
  const functionName: QueueFunctionName = `run-action-${worker}`;
  const logger = createLogger(functionName);
  const client = createDocumentClient();
  const ledger = new DynamoDbLedgerRepo(client, requireEnv(Env.LedgerTable));
  const tasks = new DynamoDbTaskStore(client, requireEnv(Env.TasksTable));
  const pauses = new DynamoDbPauseRepo(client, requireEnv(Env.ControlsTable));
  const queue = operationsOf({
    ...system,
    queue: tasks,
    pauses,
    retryPolicy: DEFAULT_RETRY_POLICY,
    actor: `system:${functionName}`,
  });

  return async (event: unknown, context: Context): Promise<RunActionOutput> => {
    const input = runActionInputSchema.parse(event);
    const guard: GuardOptions = { ...system, ledger, remainingMs: () => context.getRemainingTimeInMillis() };
    const output = await driveTask(
      {
        queue,
        worker,
        effects: {
          run: (task) =>
            new GuardedEffectRunner({ ...guard, tasks }, effectOf(effects, task.kind, guard)).run(task),
        },
        // The detail may quote the provider, and a provider may quote the quote. Therefore it is stored in the task and not
        // written to the log.
        onFailure: ({ taskId, attempt }, error) =>
          logger.warn('attempt failed', { taskId, attempt, code: error.code }),
        onMismatch: (mismatch) => logger.warn('wrong driver', { taskId: input.taskId, mismatch }),
      },
      input,
    );
    logger.info('drove task', { taskId: input.taskId, generation: input.generation, ...output });
    return output;
  };
}
