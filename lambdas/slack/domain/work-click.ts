/**
 * Carries out a checked click: one guarded transition. If the task has changed since the card, the person is told who changed
 * it. Delivered again, a click recognises its own transition by the attempt id, which is the click's id, and only makes sure
 * that the driver runs.
 */
import type { Click } from '../contracts/slack-payloads.ts';
import { isKnownTask, type StoredTask } from '../../queue/contracts/records.ts';
import { slackActor } from './actor.ts';
import type { ClickNotice } from './click-notice.ts';
import type { ClickNotices } from './ports.ts';
import { damageOf } from '../../shared/domain/damaged-items.ts';
import { isErrorOf, type QueueError, toQueueError } from '../../shared/domain/errors.ts';
import { createOperate, type OperatorAction, startDriver } from '../../queue/exports/operating.ts';
import type { ExecutionDriver, ExecutionQueueRepo } from '../../queue/domain/ports.ts';
import type { Clock } from '../../shared/domain/ports.ts';

/** Options of carrying out clicks. */
export interface ClickWorkOptions {
  readonly queue: ExecutionQueueRepo;
  readonly driver: ExecutionDriver;
  readonly clock: Clock;
}

const MISSING: ClickNotice = { kind: 'missing' };

const attemptIdOf = (click: Click): string => `click-${click.clickId}`;

/** The transition that this click made when it was delivered before. */
const ownTransition = (task: StoredTask, click: Click) =>
  task.history.find(({ attemptId }) => attemptId === attemptIdOf(click));

const isWaiting = ({ state }: StoredTask): boolean => state === 'queued' || state === 'retryable_failed';

/** Starting the same driver again changes nothing; a driver of an older generation is no longer started. */
async function ensureDriver(options: ClickWorkOptions, task: StoredTask, generation: number): Promise<void> {
  if (task.generation !== generation || !isWaiting(task) || !isKnownTask(task)) return;
  await startDriver(options.driver, task);
}

async function afterLosing(options: ClickWorkOptions, click: Click): Promise<ClickNotice | undefined> {
  const task = await options.queue.get(click.taskId);
  if (task === undefined) return MISSING;
  const own = ownTransition(task, click);
  if (own === undefined) return { kind: 'lost', task };
  if (click.action === 'retry') await ensureDriver(options, task, own.generation);
  return undefined;
}

/** The task has changed, or does not allow the action: another actor was faster, or this click was delivered before. */
const isLost = (thrown: unknown): boolean => isErrorOf(thrown, 'overtaken');
const isMissing = (thrown: unknown): boolean => isErrorOf(thrown, 'missing');

async function operate(
  options: ClickWorkOptions,
  click: Click,
  action: OperatorAction,
): Promise<ClickNotice | undefined> {
  try {
    const actor = slackActor(click, click.userName);
    const operateTask = createOperate({ ...options, ids: { next: () => attemptIdOf(click) } });
    await operateTask(click.taskId, action, click.version, actor);
    return undefined;
  } catch (thrown) {
    if (isMissing(thrown)) return MISSING;
    if (isLost(thrown)) return afterLosing(options, click);
    throw thrown;
  }
}

async function carryOut(options: ClickWorkOptions, click: Click): Promise<ClickNotice | undefined> {
  if (click.action !== 'audit') return operate(options, click, click.action);
  const task = await options.queue.get(click.taskId);
  return task === undefined ? MISSING : { kind: 'trail', task };
}

/**
 * Carries a click out; returns what the person who clicked should be told, if anything: the card tells the rest. A task that
 * cannot be read is not changed, and delivering the click again would not help.
 * @throws {QueueError} `DRIVER_NOT_STARTED`: the transition is stored, delivering the click again starts the driver
 */
export async function workClick(options: ClickWorkOptions, click: Click): Promise<ClickNotice | undefined> {
  try {
    return await carryOut(options, click);
  } catch (thrown) {
    return { kind: 'damaged', detail: damageOf(thrown) };
  }
}

/** Options of telling the person who clicked. */
export interface TellOptions {
  /** Slack client for notices. @throws {QueueError} when the token cannot be read */
  readonly notices: () => Promise<ClickNotices>;
  /** Called with a notice that Slack will never accept. */
  readonly onNoticeDropped: (click: Click, error: QueueError) => void;
}

/**
 * Tells the person who clicked. A notice that Slack will never accept is dropped: the card and the audit trail have the same
 * information.
 * @throws {QueueError} errors that a retry may cure
 */
export async function tellClicker(
  { notices, onNoticeDropped }: TellOptions,
  click: Click,
  notice: ClickNotice,
): Promise<void> {
  const slack = await notices();
  try {
    await slack.tell(click, notice);
  } catch (thrown) {
    const error = toQueueError(thrown);
    if (error.kind !== 'terminal') throw error;
    onNoticeDropped(click, error);
  }
}
