/** `live`: every task that can still move, of all quotes. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { translation } from '../../../lambdas/shared/adapters/dynamodb/document-client.ts';
import { DynamoDbTaskRepo } from '../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { ActionKind } from '../../../lambdas/actions/kinds.ts';
import { Env } from '../../../lambdas/shared/contracts/environment.ts';
import type { StoredTask } from '../../../lambdas/queue/contracts/records.ts';
import { damagedOf, lookAtTask, type TaskLook, tasksOf } from '../../../lambdas/queue/domain/damaged.ts';
import type { DamagedItem } from '../../../lambdas/shared/domain/damaged-items.ts';
import { taskView } from '../../../lambdas/queue/handlers/api/task-view.ts';
import { CliError } from '../cli-error.ts';
import { reportDamage, withDamage } from '../terminal/damage-text.ts';
import { readFunctionEnvironment } from '../target/function-environment.ts';
import { printAs } from '../terminal/print.ts';
import { attemptsText, stateText } from '../terminal/render.ts';
import { explaining, resolveStage, type StageOptions, type StageTarget } from '../target/stage-target.ts';
import { renderTable } from '../terminal/table.ts';

/** Options of the command. */
export interface LiveOptions extends StageOptions {
  /** Only tasks in this state; `held` for those of a paused kind. */
  readonly state?: string;
  readonly json?: boolean;
}

/** Values of `--state`. */
export const LIVE_STATES = ['queued', 'running', 'retryable_failed', 'held'] as const;
type LiveState = (typeof LIVE_STATES)[number];
const isLiveState = (text: string): text is LiveState => LIVE_STATES.some((state) => state === text);

/** Maximum number of read candidates over all 8 shards. */
const MAX_TASKS = 1_000;
const READS_AT_ONCE = 20;

/** The tasks that can still move, and the unreadable items of their index. */
interface Live {
  readonly tasks: readonly StoredTask[];
  readonly damaged: readonly DamagedItem[];
}

async function readAll(repo: DynamoDbTaskRepo, taskIds: readonly string[]): Promise<Live> {
  const looks: TaskLook[] = [];
  for (let start = 0; start < taskIds.length; start += READS_AT_ONCE) {
    const some = taskIds.slice(start, start + READS_AT_ONCE);
    looks.push(...(await Promise.all(some.map((taskId) => lookAtTask(repo, taskId)))));
  }
  const tasks = tasksOf(looks).filter(({ dueAtMs }) => dueAtMs !== undefined);
  return {
    tasks: tasks.toSorted((a, b) => a.createdAtMs - b.createdAtMs),
    damaged: damagedOf(looks).map(({ taskId, detail }) => ({ id: taskId, detail })),
  };
}

/** The index only finds candidates: each task is read by its key, consistently. */
async function liveTasks({ client: config, stage, outputs }: StageTarget): Promise<Live> {
  const read = await readFunctionEnvironment(config, stage, 'read-actions');
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(config), translation());
  try {
    const repo = new DynamoDbTaskRepo(client, outputs?.tasksTable ?? read(Env.TasksTable));
    const forever = Number.MAX_SAFE_INTEGER;
    const pages = await Promise.all([
      repo.listDue(forever, MAX_TASKS),
      ...Object.values(ActionKind).map((kind) => repo.listHeld(kind, forever, MAX_TASKS)),
    ]);
    return await readAll(repo, pages.flat());
  } finally {
    client.destroy();
  }
}

const isIn = ({ state, hold }: StoredTask, wanted: LiveState | undefined): boolean =>
  wanted === undefined || (wanted === 'held' ? hold !== undefined : state === wanted && hold === undefined);

function whyText({ hold, error, dueAtMs }: StoredTask, nowMs: number): string {
  if (hold !== undefined) return `held: ${hold.reason}`;
  const overdue = dueAtMs !== undefined && dueAtMs <= nowMs ? ['overdue'] : [];
  return [...overdue, ...(error === undefined ? [] : [error.code])].join(', ');
}

function tableOf(tasks: readonly StoredTask[], nowMs: number): string {
  const rows = tasks.map((task) => [
    new Date(task.createdAtMs).toISOString(),
    task.quoteId,
    task.kind,
    stateText(task.state),
    attemptsText(taskView(task)),
    whyText(task, nowMs),
    task.taskId,
  ]);
  return renderTable(['enqueued', 'quote', 'action', 'state', 'attempts', 'why', 'task'], rows);
}

const emptyText = (state: LiveState | undefined): string =>
  state === undefined ? 'No action is under way' : `No action is ${state}`;

/**
 * `quoteq live`: oldest first. It names unreadable items for every `--state` and then exits 1.
 * @throws {CliError} on an unknown state
 */
export async function live(options: LiveOptions): Promise<void> {
  const { state } = options;
  if (state !== undefined && !isLiveState(state)) {
    throw new CliError(`--state: expected one of ${LIVE_STATES.join(', ')}; found ${state}`);
  }
  const target = resolveStage(options);
  const all = await explaining('The tasks could not be read', () => liveTasks(target));
  const tasks = all.tasks.filter((task) => isIn(task, state));
  printAs(options, tasks.map(taskView), () =>
    withDamage(tasks.length === 0 ? emptyText(state) : tableOf(tasks, Date.now()), all.damaged),
  );
  reportDamage(all.damaged, options);
}
