/** What the `run-action-*` functions share: the queue, the ledger and the drive. */
import type { Context } from 'aws-lambda';
import type { ActionKind, KindOf, Worker } from '../../actions/kinds.ts';
import { Env, type FunctionName } from '../../shared/contracts/environment.ts';
import { type RunActionOutput, runActionInputSchema } from '../contracts/state-machine-io.ts';
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbLedgerRepo } from '../../shared/adapters/dynamodb/ledger-repo.ts';
import { DynamoDbPauseRepo } from '../adapters/dynamodb/pause-repo.ts';
import { DynamoDbTaskRepo } from '../adapters/dynamodb/task-repo.ts';
import { GuardedEffectRunner } from '../adapters/effect-runner.ts';
import type { GuardOptions } from '../../shared/adapters/guarded-effect.ts';
import { randomIds, systemClock } from '../../shared/adapters/system.ts';
import { driveTask } from '../domain/driver/drive-task.ts';
import { NO_DRIVER } from '../domain/ports.ts';
import type { Effect } from '../../shared/domain/effect.ts';
import { DEFAULT_RETRY_POLICY } from '../domain/task/policy.ts';
import type { Clock, Ids } from '../../shared/domain/ports.ts';
import { ExecutionQueueService } from '../domain/queue-service.ts';
import { createLogger } from '../../shared/platform/observability.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';

/** Makes the effect of a kind for one invocation. */
export type EffectFactory = (options: GuardOptions) => Effect;

/** Clock and ids; tests bring their own. */
export interface WorkerSystem {
  readonly clock: Clock;
  readonly ids: Ids;
}

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
 * The handler of `run-action-<worker>`. It answers with a typed outcome; what it throws is a lost worker.
 * Delivered again it finds the lease taken or the task settled.
 */
export function createRunActionHandler<W extends Worker>(
  worker: W,
  effects: Readonly<Record<KindOf<W>, EffectFactory>>,
  system: WorkerSystem = { clock: systemClock, ids: randomIds },
) {
  const functionName: FunctionName = `run-action-${worker}`;
  const logger = createLogger(functionName);
  const client = createDocumentClient();
  const ledger = new DynamoDbLedgerRepo(client, requireEnv(Env.LedgerTable));
  const tasks = new DynamoDbTaskRepo(client, requireEnv(Env.TasksTable));
  const queue = new ExecutionQueueService({
    ...system,
    queue: tasks,
    driver: NO_DRIVER,
    pauses: new DynamoDbPauseRepo(client, requireEnv(Env.ControlsTable)),
    retryPolicy: DEFAULT_RETRY_POLICY,
    allowedEngines: new Set(),
    actor: `system:${functionName}`,
  });

  return async (event: unknown, context: Context): Promise<RunActionOutput> => {
    const input = runActionInputSchema.parse(event);
    const guard: GuardOptions = { ...system, ledger, lambdaContext: context };
    const output = await driveTask(
      {
        queue,
        worker,
        effects: {
          run: (task) =>
            new GuardedEffectRunner({ ...guard, tasks }, effectOf(effects, task.kind, guard)).run(task),
        },
        // The detail may quote the provider, and a provider may quote the quote: it stands in the task, not in the log.
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
