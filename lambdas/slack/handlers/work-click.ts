/**
 * A checked click, carried out: one guarded transition, and for the loser a word about who was first. Delivered again
 * it recognises its own transition by the attempt id, which is the click's, and only makes sure that the driver runs.
 */
import type { Click } from '../contracts/slack-payloads.ts';
import { isKnownTask, type StoredTask } from '../../queue/contracts/records.ts';
import { slackActor } from '../adapters/interaction-actor.ts';
import { damagedText, loserText, notFoundText, trailText } from '../adapters/ephemeral.ts';
import { damageOf } from '../../shared/domain/damaged-items.ts';
import { isErrorOf } from '../../shared/domain/errors.ts';
import {
  DEFAULT_RETRY_POLICY,
  ExecutionQueueService,
  startDriver,
  type OperatorAction,
} from '../../queue/exports/operating.ts';
import type { ExecutionDriver, ExecutionQueueRepo } from '../../queue/domain/ports.ts';
import type { Clock } from '../../shared/domain/ports.ts';

/** What carrying a click out works with. */
export interface ClickWorkOptions {
  readonly queue: ExecutionQueueRepo;
  readonly driver: ExecutionDriver;
  readonly clock: Clock;
}

const attemptIdOf = (click: Click): string => `click-${click.clickId}`;

const serviceFor = (options: ClickWorkOptions, click: Click): ExecutionQueueService =>
  new ExecutionQueueService({
    ...options,
    ids: { next: () => attemptIdOf(click) },
    retryPolicy: DEFAULT_RETRY_POLICY,
    allowedEngines: new Set(),
    actor: 'system:operate-click',
  });

/** The transition that this very click made when it was delivered before. */
const ownTransition = (task: StoredTask, click: Click) =>
  task.history.find(({ attemptId }) => attemptId === attemptIdOf(click));

const isWaiting = ({ state }: StoredTask): boolean => state === 'queued' || state === 'retryable_failed';

/** Starting the same driver again changes nothing; one of an older generation is not started any more. */
async function ensureDriver(options: ClickWorkOptions, task: StoredTask, generation: number): Promise<void> {
  if (task.generation !== generation || !isWaiting(task) || !isKnownTask(task)) return;
  await startDriver(options.driver, task);
}

async function afterLosing(options: ClickWorkOptions, click: Click): Promise<string | undefined> {
  const task = await options.queue.get(click.taskId);
  if (task === undefined) return notFoundText(click);
  const own = ownTransition(task, click);
  if (own === undefined) return loserText(task, click);
  if (click.action === 'retry') await ensureDriver(options, task, own.generation);
  return undefined;
}

/** The task has changed, or does not allow it: somebody was first, or it was this click itself. */
const isLost = (thrown: unknown): boolean => isErrorOf(thrown, 'overtaken');
const isMissing = (thrown: unknown): boolean => isErrorOf(thrown, 'missing');

async function operate(
  options: ClickWorkOptions,
  click: Click,
  action: OperatorAction,
): Promise<string | undefined> {
  try {
    const actor = slackActor(click, click.userName);
    await serviceFor(options, click).operate(click.taskId, action, click.version, actor);
    return undefined;
  } catch (thrown) {
    if (isMissing(thrown)) return notFoundText(click);
    if (isLost(thrown)) return afterLosing(options, click);
    throw thrown;
  }
}

async function carryOut(options: ClickWorkOptions, click: Click): Promise<string | undefined> {
  if (click.action !== 'audit') return operate(options, click, click.action);
  const task = await options.queue.get(click.taskId);
  return task === undefined ? notFoundText(click) : trailText(task);
}

/**
 * Carries a click out; returns what the person who clicked should be told, if anything: the card tells the rest. A task that
 * cannot be read is not changed, and delivering the click again would not help.
 * @throws {QueueError} `DRIVER_NOT_STARTED`: the transition is stored, delivering the click again starts the driver
 */
export async function workClick(options: ClickWorkOptions, click: Click): Promise<string | undefined> {
  try {
    return await carryOut(options, click);
  } catch (thrown) {
    return damagedText(click, damageOf(thrown));
  }
}
