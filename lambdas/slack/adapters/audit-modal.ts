/** Shows the audit trail of a task as a modal: what happened, when, by whom. It is always within Block Kit's limits. */
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { StoredTask, Transition } from '../../queue/contracts/records.ts';
import type { DamagedRecord } from '../../queue/domain/ports.ts';
import type { AuditModal } from '../domain/ports.ts';
import { actorText } from './actor-text.ts';
import { context, packed, section } from '../../shared/adapters/slack-api/message-blocks.ts';
import { clipped, dateText, quoteName } from '../../shared/adapters/slack-api/message-text.ts';
import { slackError } from '../../shared/adapters/slack-api/slack-client.ts';

/** A view has at most 100 blocks; 40 × 2,900 characters of trail are also far below the 250 KB of a view. */
const MAX_SECTIONS = 40;
/** Maximum reason, in characters as people see it and as it is sent. */
const MAX_REASON = { seen: 500, sent: 1_000 } as const;
/** One transition as a line. */
export function transitionLine(transition: Omit<Transition, 'attemptId'>): string {
  const { version, from, to, cause, actor, reason, errorCode, attempt, generation, atMs } = transition;
  const move = from === null || from === to ? `*${to}*` : `${from} → *${to}*`;
  const parts = [
    `\`v${version}\` ${dateText(atMs)}`,
    move,
    `${cause} by ${actorText(actor)}`,
    `attempt ${attempt}, generation ${generation}`,
    ...(errorCode === undefined ? [] : [`\`${errorCode}\``]),
    ...(reason === undefined ? [] : [`“${clipped(reason, MAX_REASON.seen, MAX_REASON.sent)}”`]),
  ];
  return parts.join(' · ');
}

type ShownTask = Pick<StoredTask, 'taskId' | 'quoteId' | 'kind' | 'state' | 'version'>;
/** Maximum text about a damaged record, in characters of markup. */
const MAX_DAMAGE_LENGTH = 500;

const damagedLine = ({ version, detail }: DamagedRecord): string =>
  `\`v${version}\` is recorded and cannot be read: ${clipped(detail, MAX_DAMAGE_LENGTH)}`;

/**
 * The modal. If the trail is too long, its oldest part is left out and the modal says so.
 * @param records in order of version; they may be a second older than `task`
 * @param damaged records that cannot be read; they come last
 */
export function auditModal(
  task: ShownTask,
  records: readonly Omit<Transition, 'attemptId'>[],
  damaged: readonly DamagedRecord[] = [],
): ModalView {
  const texts = packed([...records.map(transitionLine), ...damaged.map(damagedLine)]);
  const shown = texts.slice(-MAX_SECTIONS);
  const head = `*${task.kind}* of quote *${quoteName(task.quoteId)}* is *${task.state}* at version ${task.version}`;
  return {
    type: 'modal',
    title: { type: 'plain_text', text: 'Audit trail' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [
      section(head),
      context(`\`${task.taskId}\``),
      { type: 'divider' },
      ...(shown.length < texts.length ? [context('Older transitions are in the API’s audit trail.')] : []),
      ...(shown.length === 0 ? [section('Nothing has been recorded yet.')] : shown.map(section)),
    ],
  };
}

/** Opens the modal with Slack's Web API; the client is created when a modal is opened. */
export const createAuditModal = (client: () => WebClient): AuditModal => ({
  open: async (task, { records, damaged }, triggerId) => {
    try {
      const view = auditModal(task, records, damaged);
      const answer = await client().views.open({ trigger_id: triggerId, view });
      return answer.view?.id ?? 'view';
    } catch (thrown) {
      throw slackError(thrown);
    }
  },
});
