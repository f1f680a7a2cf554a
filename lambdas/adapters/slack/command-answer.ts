/** Answers to `/quoteq …`: seen by the one who asked only, within Block Kit's limits. */
import type { KnownBlock } from '@slack/types';
import { ERROR_CODES } from '../../contracts/error-codes.ts';
import { KPI_CONTRACT } from '../../contracts/kpi-contract.ts';
import type { ExecutionTask } from '../../contracts/records.ts';
import type { Kpi, KpiCounts, KpiReport } from '../../domain/kpi.ts';
import { countedText, kpiValueText, NO_SAMPLE, targetText, VERDICT_TEXT } from '../../domain/kpi-text.ts';
import { FIGURE_DAYS } from './command-figures.ts';
import { packed, section } from './message-blocks.ts';
import { actorName, clipped, dateText, escapeLine } from './message-text.ts';
import { attemptText, labelOf } from './task-text.ts';

/** Body of the answer to a slash command. */
export interface CommandAnswer {
  readonly response_type: 'ephemeral';
  /** Fallback of the blocks. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

const answer = (head: string, lines: readonly string[]): CommandAnswer => ({
  response_type: 'ephemeral',
  text: head,
  // 50 lines of at most 1,400 characters make 25 sections; Slack takes 50 blocks.
  blocks: [head, ...packed(lines)].map(section),
});

function errorText({ error }: ExecutionTask): readonly string[] {
  return error === undefined ? [] : [`\`${error.code}\` ${escapeLine(ERROR_CODES[error.code].text)}`];
}

const nextText = ({ nextAttemptAtMs }: ExecutionTask): readonly string[] =>
  nextAttemptAtMs === undefined ? [] : [`next attempt ${dateText(nextAttemptAtMs)}`];

/** Longest reason of a pause, as people see it and as it is sent: 50 lines fit into the blocks of an answer. */
const MAX_REASON = { seen: 300, sent: 500 } as const;
/** Longest id of a quote; those of the API have at most 64 characters. */
const MAX_QUOTE_ID = 64;

const holdText = ({ hold, kind }: ExecutionTask): readonly string[] =>
  hold === undefined
    ? []
    : [
        `${kind} is paused by ${actorName(hold.actor)}: ${clipped(hold.reason, MAX_REASON.seen, MAX_REASON.sent)}`,
      ];

const taskLine = (task: ExecutionTask): string =>
  [
    `*${task.kind}* · ${labelOf(task)}`,
    `attempt ${attemptText(task)}`,
    ...holdText(task),
    ...errorText(task),
    ...nextText(task),
    `\`${task.taskId}\``,
  ].join(' · ');

/** `/quoteq <quoteId>`. @param hasMore whether the quote has more tasks than these */
export function quoteAnswer(
  quoteId: string,
  tasks: readonly ExecutionTask[],
  hasMore: boolean,
): CommandAnswer {
  const name = `*${clipped(quoteId, MAX_QUOTE_ID)}*`;
  if (tasks.length === 0) return answer(`Quote ${name} has no actions.`, []);
  const more = hasMore ? ['There are more: ask the API for the rest.'] : [];
  const count = tasks.length === 1 ? 'one action' : `${tasks.length} actions`;
  return answer(`Quote ${name}: ${count}`, [...tasks.map(taskLine), ...more]);
}

const overdueLine = (task: ExecutionTask): string => {
  const due = task.dueAtMs === undefined ? '' : ` · due since ${dateText(task.dueAtMs)}`;
  return `Quote *${clipped(task.quoteId, MAX_QUOTE_ID)}*: ${taskLine(task)}${due}`;
};

/** `/quoteq stuck`: what is overdue, whether it is stuck or waits for a free worker. @param hasMore whether there may be more than these */
export function overdueAnswer(tasks: readonly ExecutionTask[], hasMore: boolean): CommandAnswer {
  if (tasks.length === 0) return answer('Nothing is overdue.', []);
  const more = hasMore ? ['There may be more.'] : [];
  const count = tasks.length === 1 ? 'One action is' : `${tasks.length} actions are`;
  return answer(`${count} overdue: stuck, or waiting for a free worker`, [
    ...tasks.map(overdueLine),
    ...more,
  ]);
}

const kpiLine = (kpi: Kpi, counts: KpiCounts): string => {
  const { title, sampleOf } = KPI_CONTRACT[kpi.name];
  if (kpi.value === undefined) return `• ${title}: ${NO_SAMPLE}`;
  const figure = `*${kpiValueText(kpi)}* of ${kpi.samples} ${sampleOf}`;
  const verdict = `target ${targetText(kpi.name)}: ${VERDICT_TEXT[kpi.verdict]}`;
  return `• ${title}: ${figure} – ${verdict} (${countedText(kpi.name, counts)})`;
};

/** `/quoteq kpi`. */
export function kpiAnswer({ kpis, counts }: KpiReport): CommandAnswer {
  const head = `*KPIs of the last ${FIGURE_DAYS} days*, of the newest ${counts.enqueued} actions that moved; \`quoteq kpi\` counts all`;
  return answer(
    head,
    kpis.map((kpi) => kpiLine(kpi, counts)),
  );
}

/** `/quoteq help`, and whatever is not understood. @param command as Slack names it, e.g. `/quoteq` */
export const helpAnswer = (command: string): CommandAnswer =>
  answer('What I can tell', [
    `• \`${command} Q-1042\` – all actions of a quote`,
    `• \`${command} stuck\` – actions that are overdue: they should have moved on and have not`,
    `• \`${command} kpi\` – the four KPIs against their targets, with the size of their samples`,
  ]);
