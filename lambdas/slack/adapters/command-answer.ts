/** Answers to `/quoteq …`: only the user who asked sees them. They are within Block Kit's limits. */
import type { KnownBlock } from '@slack/types';
import { textsOf } from '../../shared/contracts/error-codes.ts';
import { KPI_CONTRACT } from '../../queue/contracts/kpi-contract.ts';
import type { StoredTask } from '../../queue/contracts/records.ts';
import type { DamagedItem } from '../../shared/domain/damaged-items.ts';
import {
  type Kpi,
  type KpiCounts,
  type KpiReport,
  countedText,
  kpiValueText,
  leftOutText,
  NO_SAMPLE,
  targetText,
  VERDICT_TEXT,
} from '../../queue/exports/reading.ts';
import type { DamagedTask } from '../../queue/domain/ports.ts';
import type { CommandFindings } from '../domain/answer-command.ts';
import { FIGURE_DAYS } from '../domain/figures.ts';
import { packed, section } from '../../shared/adapters/slack-api/message-blocks.ts';
import {
  actorName,
  clipped,
  dateText,
  escapeLine,
  quoteName,
} from '../../shared/adapters/slack-api/message-text.ts';
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

function errorText({ error }: StoredTask): readonly string[] {
  return error === undefined ? [] : [`\`${error.code}\` ${escapeLine(textsOf(error.code).text)}`];
}

const nextText = ({ nextAttemptAtMs }: StoredTask): readonly string[] =>
  nextAttemptAtMs === undefined ? [] : [`next attempt ${dateText(nextAttemptAtMs)}`];

/** Maximum reason of a pause, in characters as people see it and as it is sent: 50 lines fit into the blocks of an answer. */
const MAX_REASON = { seen: 300, sent: 500 } as const;
const holdText = ({ hold, kind }: StoredTask): readonly string[] =>
  hold === undefined
    ? []
    : [
        `${kind} is paused by ${actorName(hold.actor)}: ${clipped(hold.reason, MAX_REASON.seen, MAX_REASON.sent)}`,
      ];

const taskLine = (task: StoredTask): string =>
  [
    `*${task.kind}* · ${labelOf(task)}`,
    `attempt ${attemptText(task)}`,
    ...holdText(task),
    ...errorText(task),
    ...nextText(task),
    `\`${task.taskId}\``,
  ].join(' · ');

/** Maximum key, and maximum text about a damaged item, in characters of markup: 50 lines fit into an answer. */
const MAX_KEY = 100;
const MAX_DAMAGE = 500;

const damagedLine = (id: string, detail: string): string =>
  `🛑 \`${clipped(id, MAX_KEY)}\` cannot be read: ${clipped(detail, MAX_DAMAGE, 700)}`;
const damagedTaskLine = ({ taskId, detail }: DamagedTask): string => damagedLine(taskId, detail);

/**
 * `/quoteq <quoteId>`.
 * @param hasMore whether the quote has more tasks than these
 * @param damaged tasks of the quote that cannot be read
 */
export function quoteAnswer(
  quoteId: string,
  tasks: readonly StoredTask[],
  hasMore: boolean,
  damaged: readonly DamagedTask[] = [],
): CommandAnswer {
  const name = `*${quoteName(quoteId)}*`;
  const found = tasks.length + damaged.length;
  if (found === 0) return answer(`Quote ${name} has no actions.`, []);
  const more = hasMore ? ['There are more: ask the API for the rest.'] : [];
  const count = found === 1 ? 'one action' : `${found} actions`;
  const lines = [...tasks.map(taskLine), ...damaged.map(damagedTaskLine)];
  return answer(`Quote ${name}: ${count}`, [...lines, ...more]);
}

const overdueLine = (task: StoredTask): string => {
  const due = task.dueAtMs === undefined ? '' : ` · due since ${dateText(task.dueAtMs)}`;
  return `Quote *${quoteName(task.quoteId)}*: ${taskLine(task)}${due}`;
};

/** `One action is`, `3 actions are`. */
const actionsAre = (count: number): string => (count === 1 ? 'One action is' : `${count} actions are`);

function overdueHead(overdue: number, damaged: number): string {
  const due = `${actionsAre(overdue)} overdue: stuck, or waiting for a free worker`;
  if (damaged === 0) return overdue === 0 ? 'Nothing is overdue.' : due;
  const unread = `${actionsAre(damaged)} damaged`;
  return overdue === 0 ? unread : `${due}. ${unread}`;
}

/**
 * `/quoteq stuck`: overdue tasks, which are stuck or wait for a free worker.
 * @param hasMore whether there may be more than these
 * @param damaged tasks in the due index that cannot be read
 */
export function overdueAnswer(
  tasks: readonly StoredTask[],
  hasMore: boolean,
  damaged: readonly DamagedTask[] = [],
): CommandAnswer {
  const lines = [...tasks.map(overdueLine), ...damaged.map(damagedTaskLine)];
  const more = hasMore && lines.length > 0 ? ['There may be more.'] : [];
  return answer(overdueHead(tasks.length, damaged.length), [...lines, ...more]);
}

const kpiLine = (kpi: Kpi, counts: KpiCounts): string => {
  const { title, sampleOf } = KPI_CONTRACT[kpi.name];
  if (kpi.value === undefined) return `• ${title}: ${NO_SAMPLE}`;
  const figure = `*${kpiValueText(kpi)}* of ${kpi.samples} ${sampleOf}`;
  const verdict = `target ${targetText(kpi.name)}: ${VERDICT_TEXT[kpi.verdict]}`;
  return `• ${title}: ${figure} – ${verdict} (${countedText(kpi.name, counts)})`;
};

/** Maximum number of left-out records that are named. */
const MAX_LEFT_OUT = 10;

/** Records that the figures do not count, because they cannot be read. */
function leftOutLines(leftOut: readonly DamagedItem[]): readonly string[] {
  if (leftOut.length === 0) return [];
  const lines = leftOut.slice(0, MAX_LEFT_OUT).map(({ id, detail }) => damagedLine(id, detail));
  return [leftOutText(leftOut.length), ...lines];
}

/** `/quoteq kpi`. */
export function kpiAnswer({ kpis, counts, leftOut }: KpiReport): CommandAnswer {
  const head = `*KPIs of the last ${FIGURE_DAYS} days*, of the newest ${counts.enqueued} actions that moved; \`quoteq kpi\` counts all`;
  return answer(head, [...kpis.map((kpi) => kpiLine(kpi, counts)), ...leftOutLines(leftOut)]);
}

/** `/quoteq help`, and the answer to any unknown text. @param command as Slack names it, e.g. `/quoteq` */
export const helpAnswer = (command: string): CommandAnswer =>
  answer('What I can tell', [
    `• \`${command} Q-1042\` – all actions of a quote`,
    `• \`${command} stuck\` – actions that are overdue: they should have moved on and have not`,
    `• \`${command} kpi\` – the four KPIs against their targets, with the size of their samples`,
  ]);

/** The answer to a command, in words. @param command as Slack names it, e.g. `/quoteq` */
export function commandAnswer(findings: CommandFindings, command: string): CommandAnswer {
  switch (findings.kind) {
    case 'quote':
      return quoteAnswer(findings.quoteId, findings.tasks, findings.hasMore, findings.damaged);
    case 'stuck':
      return overdueAnswer(findings.tasks, findings.hasMore, findings.damaged);
    case 'kpi':
      return kpiAnswer(findings.report);
    case 'help':
      return helpAnswer(command);
  }
}
