/** What each command reads, bounded so that Slack's three seconds suffice. */
import {
  type CommandAnswer,
  helpAnswer,
  kpiAnswer,
  quoteAnswer,
  overdueAnswer,
} from '../adapters/command-answer.ts';
import { type FigureSource, readFigures } from '../adapters/command-figures.ts';
import { parseCommand } from '../adapters/command-parse.ts';
import type { SlashCommand } from '../contracts/slack-payloads.ts';
import type { StoredTask } from '../../queue/contracts/records.ts';
import { damagedOf, lookAtTask, tasksOf, isTerminal } from '../../queue/exports/reading.ts';
import type { ExecutionQueueRepo } from '../../queue/domain/ports.ts';

/** What commands work with. */
export interface CommandOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get' | 'listByQuote' | 'listDue'>;
  readonly figures: FigureSource;
  /** ms since the epoch. */
  readonly nowMs: number;
}

/** Tasks of one quote in an answer: with their heads they fill a few of Slack's 50 blocks. */
const MAX_TASKS = 50;
/** Each is read by its key: the index only finds candidates. */
const MAX_OVERDUE = 24;

async function answerQuote({ queue }: CommandOptions, quoteId: string): Promise<CommandAnswer> {
  const { entries, cursor } = await queue.listByQuote(quoteId, { limit: MAX_TASKS });
  return quoteAnswer(quoteId, tasksOf(entries), cursor !== undefined, damagedOf(entries));
}

/** Its time has passed and it has not moved on: it is stuck, or waits for a free worker. */
const isOverdue = ({ dueAtMs, state }: StoredTask, nowMs: number): boolean =>
  dueAtMs !== undefined && dueAtMs <= nowMs && !isTerminal(state);

async function answerOverdue({ queue, nowMs }: CommandOptions): Promise<CommandAnswer> {
  const found = await queue.listDue(nowMs, MAX_OVERDUE + 1);
  const looks = await Promise.all(found.slice(0, MAX_OVERDUE).map((taskId) => lookAtTask(queue, taskId)));
  const tasks = tasksOf(looks).filter((task) => isOverdue(task, nowMs));
  return overdueAnswer(tasks, found.length > MAX_OVERDUE, damagedOf(looks));
}

/** The answer to a command; writes nothing. What cannot be read is named in it, and hides nothing else. */
export async function answerCommand(
  options: CommandOptions,
  { command, text }: SlashCommand,
): Promise<CommandAnswer> {
  const asked = parseCommand(text ?? '');
  switch (asked.kind) {
    case 'quote':
      return answerQuote(options, asked.quoteId);
    case 'stuck':
      return answerOverdue(options);
    case 'kpi':
      return kpiAnswer(await readFigures(options.figures, options.nowMs));
    case 'help':
      return helpAnswer(command);
  }
}
