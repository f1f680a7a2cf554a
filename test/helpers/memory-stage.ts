/** Tasks in memory, with an index like DynamoDB's, and executions, some of which run: for sweeps over many tasks. */
import type { ActionKind } from '../../lambdas/actions/kinds.ts';
import { CONTROL_SCHEMA_VERSION } from '../../lambdas/queue/contracts/controls.ts';
import type { ExecutionTask } from '../../lambdas/queue/contracts/records.ts';
import { dueShardOf } from '../../lambdas/queue/domain/task/identity.ts';
import { QueueError } from '../../lambdas/shared/domain/errors.ts';
import { DEFAULT_RETRY_POLICY } from '../../lambdas/queue/domain/task/task-policy.ts';
import type { DuePosition, DueQuery } from '../../lambdas/queue/domain/ports.ts';
import type { LanePositions } from '../../lambdas/queue/domain/recovery/lanes.ts';
import {
  DEFAULT_SWEEP_LIMITS,
  sweep,
  type SweepOptions,
} from '../../lambdas/queue/domain/recovery/recover-stale.ts';
import { held } from '../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask } from './builders.ts';
import { countedIds } from '../../tools/rig/counted-ids.ts';
import { FakeClock, START_MS } from '../../tools/rig/fake-clock.ts';

const HOUR_MS = 3_600_000;

/** Order of the index. */
const order = (a: DuePosition, b: DuePosition): number =>
  a.dueAtMs - b.dueAtMs || Number(a.taskId > b.taskId) - Number(a.taskId < b.taskId);

/** The stage in memory. */
export class MemoryStage {
  /** By id. */
  readonly tasks = new Map<string, ExecutionTask>();
  /** Ids of tasks whose driver runs. */
  readonly driven = new Set<string>();
  /** Ids of tasks that cannot be read. */
  readonly broken = new Set<string>();
  /** Shards that cannot be read. */
  readonly brokenShards = new Set<string>();
  /** Kinds that are paused. */
  paused = new Set<ActionKind>();
  /** When the first kind was paused; each later one an hour after the previous one. */
  pausedSinceMs = 0;
  /** Ids of tasks that were read, in order. */
  looks: string[] = [];
  #atOnce = 0;
  /** Maximum of concurrently read tasks. */
  mostAtOnce = 0;
  /** Number of read pages of shards. */
  pages = 0;

  /** Stores a task; its driver runs if `runs`. */
  add(task: ExecutionTask, runs = false): ExecutionTask {
    this.tasks.set(task.taskId, task);
    if (runs) this.driven.add(task.taskId);
    return task;
  }

  /** A queued task that is due since `sinceMs` + `overdueMs`. */
  due(kind: ActionKind = 'crm.sync', sinceMs = START_MS - HOUR_MS / 10, runs = false): ExecutionTask {
    return this.add(queuedTask(kind, countedIds.next(), sinceMs), runs);
  }

  /** A task that was held an hour ago. */
  held(kind: ActionKind = 'crm.sync'): ExecutionTask {
    const task = queuedTask(kind, countedIds.next(), START_MS - HOUR_MS);
    return this.add(held(task, { reason: 'Down', actor: 'ada' }, contextAt(START_MS - HOUR_MS)));
  }

  #page({ shard, untilMs, limit, after }: DueQuery) {
    if (this.brokenShards.has(shard)) throw new QueueError('UNCLASSIFIED', { detail: shard });
    this.pages += 1;
    const behind = [...this.tasks.values()]
      .flatMap((task) =>
        task.dueAtMs !== undefined && task.dueAtMs <= untilMs && dueShardOf(task) === shard
          ? [{ taskId: task.taskId, dueAtMs: task.dueAtMs }]
          : [],
      )
      .filter((position) => after === undefined || order(position, after) > 0)
      .toSorted(order);
    const candidates = behind.slice(0, limit);
    const next = candidates.at(-1);
    return behind.length >= limit && next !== undefined ? { candidates, next } : { candidates };
  }

  async #get(taskId: string): Promise<ExecutionTask | undefined> {
    this.looks.push(taskId);
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    this.#atOnce -= 1;
    if (this.broken.has(taskId)) throw new QueueError('STORED_RECORD_INVALID');
    return this.tasks.get(taskId);
  }

  /** Options of the sweep. */
  readonly options: SweepOptions = {
    clock: new FakeClock(),
    ids: countedIds,
    retryPolicy: DEFAULT_RETRY_POLICY,
    actor: 'system:sweep',
    pauses: {
      pauseOf: (kind) =>
        Promise.resolve(
          this.paused.has(kind)
            ? {
                schemaVersion: CONTROL_SCHEMA_VERSION,
                controlId: '',
                kind,
                reason: '',
                actor: '',
                sinceMs: this.pausedSinceMs + [...this.paused].indexOf(kind) * HOUR_MS,
                version: 1,
                attemptId: '',
              }
            : undefined,
        ),
    },
    driver: {
      status: (taskId) => Promise.resolve(this.driven.has(taskId) ? 'running' : 'missing'),
      start: ({ taskId }) => {
        this.driven.add(taskId);
        return Promise.resolve('started');
      },
    },
    queue: {
      get: (taskId) => this.#get(taskId),
      pageDue: async (query) => this.#page(query),
      replace: (previous, next) => {
        const current = this.tasks.get(next.taskId);
        if (current?.version !== previous.version) return Promise.resolve({ kind: 'conflict', current });
        this.tasks.set(next.taskId, next);
        return Promise.resolve({ kind: 'stored', task: next });
      },
    },
  };

  /** One run of the sweep. */
  run(
    candidates = DEFAULT_SWEEP_LIMITS.candidates,
    positions: LanePositions = {},
    mayGoOn = () => true,
    nowMs = START_MS,
  ) {
    this.looks = [];
    return sweep(this.options, nowMs, { candidates, concurrency: 10, mayGoOn }, positions);
  }
}
