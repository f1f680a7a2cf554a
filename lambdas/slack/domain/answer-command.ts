/** What each command reads, bounded so that Slack's three seconds suffice. */
import type { StoredTask } from '../../queue/contracts/records.ts';
import type { DamagedTask, ExecutionQueueRepo } from '../../queue/domain/ports.ts';
import { damagedOf, isEnded, type KpiReport, lookAtTask, tasksOf } from '../../queue/exports/reading.ts';
import type { Command } from './command-parse.ts';
import { readFigures } from './figures.ts';
import type { FigureSource } from './ports.ts';

/** What commands work with. */
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
  /** Those that cannot be read. */
  readonly damaged: readonly DamagedTask[];
}

/** What a command found; the words are Slack's adapter's. */
export type CommandFindings =
  | ({ readonly kind: 'quote'; readonly quoteId: string } & FoundTasks)
  | ({ readonly kind: 'stuck' } & FoundTasks)
  | { readonly kind: 'kpi'; readonly report: KpiReport }
  | { readonly kind: 'help' };

/** Tasks of one quote in an answer: with their heads they fill a few of Slack's 50 blocks. */
const MAX_TASKS = 50;
/** Each is read by its key: the index only finds candidates. */
const MAX_OVERDUE = 24;

async function findTasks({ queue }: CommandOptions, quoteId: string): Promise<FoundTasks> {
  const { entries, cursor } = await queue.listByQuote(quoteId, { limit: MAX_TASKS });
  return { tasks: tasksOf(entries), hasMore: cursor !== undefined, damaged: damagedOf(entries) };
}

/** Its time has passed and it has not moved on: it is stuck, or waits for a free worker. */
const isOverdue = ({ dueAtMs, state }: StoredTask, nowMs: number): boolean =>
  dueAtMs !== undefined && dueAtMs <= nowMs && !isEnded(state);

async function findOverdue({ queue, nowMs }: CommandOptions): Promise<FoundTasks> {
  const found = await queue.listDue(nowMs, MAX_OVERDUE + 1);
  const looks = await Promise.all(found.slice(0, MAX_OVERDUE).map((taskId) => lookAtTask(queue, taskId)));
  const tasks = tasksOf(looks).filter((task) => isOverdue(task, nowMs));
  return { tasks, hasMore: found.length > MAX_OVERDUE, damaged: damagedOf(looks) };
}

/** Reads what a command asks for; writes nothing. What cannot be read is named in the findings, and hides nothing else. */
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
