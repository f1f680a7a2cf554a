/** Reads the data for each command, bounded so that it fits into Slack's three seconds. */
import type { StoredTask } from '../../queue/contracts/records.ts';
import type { DamagedTask, ExecutionQueueRepo } from '../../queue/domain/ports.ts';
import { damagedOf, isEnded, type KpiReport, lookAtTask, tasksOf } from '../../queue/exports/reading.ts';
import type { Command } from './command-parse.ts';
import { readFigures } from './figures.ts';
import type { FigureSource } from './ports.ts';

/** Options of the commands. */
export interface CommandOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get' | 'listByQuote' | 'listDue'>;
  readonly figures: FigureSource;
  /** ms since the epoch. */
  readonly nowMs: number;
}

/** Tasks that were found. */
export interface FoundTasks {
  readonly tasks: readonly StoredTask[];
  /** Whether there may be more than these. */
  readonly hasMore: boolean;
  /** Tasks that cannot be read. */
  readonly damaged: readonly DamagedTask[];
}

/** The result of a command; an adapter formats it. */
export type CommandFindings =
  | ({ readonly kind: 'quote'; readonly quoteId: string } & FoundTasks)
  | ({ readonly kind: 'stuck' } & FoundTasks)
  | { readonly kind: 'kpi'; readonly report: KpiReport }
  | { readonly kind: 'help' };

/** Maximum tasks of one quote in an answer; with their heads they fill a few of Slack's 50 blocks. */
const MAX_TASKS = 50;
/** Maximum overdue tasks. Each is read by its key, because the index only finds candidates. */
const MAX_OVERDUE = 24;

async function findTasks({ queue }: CommandOptions, quoteId: string): Promise<FoundTasks> {
  const { entries, cursor } = await queue.listByQuote(quoteId, { limit: MAX_TASKS });
  return { tasks: tasksOf(entries), hasMore: cursor !== undefined, damaged: damagedOf(entries) };
}

/** The task's due time has passed and it has not moved on: it is stuck, or waits for a free worker. */
const isOverdue = ({ dueAtMs, state }: StoredTask, nowMs: number): boolean =>
  dueAtMs !== undefined && dueAtMs <= nowMs && !isEnded(state);

async function findOverdue({ queue, nowMs }: CommandOptions): Promise<FoundTasks> {
  const found = await queue.listDue(nowMs, MAX_OVERDUE + 1);
  const looks = await Promise.all(found.slice(0, MAX_OVERDUE).map((taskId) => lookAtTask(queue, taskId)));
  const tasks = tasksOf(looks).filter((task) => isOverdue(task, nowMs));
  return { tasks, hasMore: found.length > MAX_OVERDUE, damaged: damagedOf(looks) };
}

/** Reads the data of a command; writes nothing. Unreadable items are named in the result and hide nothing else. */
export async function answerCommand(options: CommandOptions, asked: Command): Promise<CommandFindings> {
  switch (asked.kind) {
    case 'quote':
      return { ...asked, ...(await findTasks(options, asked.quoteId)) };
    case 'stuck':
      return { ...asked, ...(await findOverdue(options)) };
    case 'kpi':
      return { ...asked, report: await readFigures(options.figures, options.nowMs) };
    case 'help':
      return asked;
  }
}
