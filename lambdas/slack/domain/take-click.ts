/**
 * Takes a click that Slack has signed: checks it against the list of operators, then against replay, and hands it to the
 * worker. Only the audit modal is opened at once, because Slack's trigger is valid for three seconds.
 */
import type { Click } from '../contracts/slack-payloads.ts';
import type { ClickGuard, ClickQueue, HandOver, OperatorList } from './ports.ts';
import { showAudit, type ShowAuditOptions } from './show-audit.ts';

/** Options of taking clicks. */
export interface TakeClickOptions extends ShowAuditOptions {
  readonly operators: OperatorList;
  readonly guard: ClickGuard;
  readonly clicks: ClickQueue;
  /** Called with the reason when the modal could not be opened. */
  readonly onModalFailed: (click: Click, thrown: unknown) => void;
}

/** The result of a click. */
export type TakenClick = HandOver | 'not_an_operator';

/** If the trail cannot be opened in time, it is shown as a message instead. */
async function openAudit(options: TakeClickOptions, click: Click, triggerId: string): Promise<string> {
  try {
    return await showAudit(options, click.taskId, triggerId);
  } catch (thrown) {
    options.onModalFailed(click, thrown);
    return options.clicks.send(click);
  }
}

/**
 * Takes a click. Delivered again it is `replayed`, and nothing is done.
 * @param triggerId opens a modal within 3 s of the click
 * @throws {QueueError} as the ports; the click may be delivered again then
 */
export async function takeClick(
  options: TakeClickOptions,
  click: Click,
  triggerId: string,
): Promise<TakenClick> {
  const { operators, guard, clicks } = options;
  if (!(await operators.isOperator(click))) return 'not_an_operator';
  return guard.once(click, () =>
    click.action === 'audit' ? openAudit(options, click, triggerId) : clicks.send(click),
  );
}
