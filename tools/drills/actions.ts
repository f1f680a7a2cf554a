/** Actions of a drill: of new quotes, enqueued through the API and followed to their end. */
import { type ActionKind, KINDS } from '../../lambdas/actions/kinds.ts';
import { DynamoDbCardRepo } from '../../lambdas/slack/adapters/dynamodb/card-repo.ts';
import { DynamoDbTaskRepo } from '../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import type { ExecutionState } from '../../lambdas/queue/contracts/lifecycle-states.ts';
import type { StoredTask } from '../../lambdas/queue/contracts/records.ts';
import type { AuditView } from '../../lambdas/queue/contracts/api.ts';
import { deriveTaskId } from '../../lambdas/queue/domain/task/identity.ts';
import type { AnsweredTask } from '../cli/answers.ts';
import { unanswered } from '../cli/clients/api-client.ts';
import { CliError } from '../cli/cli-error.ts';
import { enqueueAction, getAudit, getTask } from '../cli/clients/queue-client.ts';
import type { QuoteAction } from '../cli/quote-file.ts';
import { exampleAction } from '../example-action.ts';
import { eventually } from '../rig/process/eventually.ts';
import type { DrillSite } from './site.ts';

/** One action of a drill. */
export interface DrillAction extends QuoteAction {
  readonly kind: ActionKind;
  /** Known before the enqueue, because it is derived. */
  readonly taskId: string;
}

/** The goal of the recovery; a task that has not ended by this time counts as lost. */
const SETTLE_LIMIT_MS = 300_000;
/** A card waits at most half a minute after an outage; the rest is a reserve for slow machines. */
const CARD_LIMIT_MS = 180_000;
/** Number of concurrent requests: enough for 2 cores. */
const LANES = 8;

/** Processes the items, `LANES` at a time; returns the results in the order of the items. */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  lanes = LANES,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/** An example's action of a kind, for another quote. */
function actionOf(kind: ActionKind, quoteId: string): DrillAction {
  const { snapshot, ...rest } = exampleAction('examples/q-1044.json', kind).body.payload;
  const payload = { ...rest, ...KINDS[kind].exampleOf(quoteId), snapshot: { ...Object(snapshot), quoteId } };
  const taskId = deriveTaskId(quoteId, kind);
  return { quoteId, kind, taskId, idempotencyKey: kind, body: { kind, payload } };
}

/** One action of each kind for each of `quotes` new quotes, quote by quote. @param part part of their ids, unique within the run */
export const actionsOf = (
  { mark }: Pick<DrillSite, 'mark'>,
  part: string,
  kinds: readonly ActionKind[],
  quotes: number,
): readonly DrillAction[] =>
  Array.from({ length: quotes }, (_, index) => `D-${part}-${mark}-${index + 1}`).flatMap((quoteId) =>
    kinds.map((kind) => actionOf(kind, quoteId)),
  );

/** Enqueues one action, with retries like a client with a key. @throws {CliError} if the API refuses it */
export const enqueueOne = (site: DrillSite, action: DrillAction): Promise<string> =>
  eventually(
    `${action.quoteId} ${action.kind} to be accepted`,
    async () => {
      const answer = await enqueueAction(site.target, action).catch(unanswered);
      // For example a throttled store: the request was not handled yet.
      if (answer === undefined || answer.kind === 'unanswered') return undefined;
      if (answer.kind !== 'refused') return answer.task.taskId;
      throw new CliError(`${action.quoteId} ${action.kind}: HTTP ${answer.status} ${answer.problem}`);
    },
    SETTLE_LIMIT_MS,
  );

/** Enqueues the actions; returns their task ids. @throws {CliError} if the API refuses one */
export const enqueueMany = (site: DrillSite, actions: readonly DrillAction[]): Promise<readonly string[]> =>
  inLanes(actions, (action) => enqueueOne(site, action));

/** The final states. */
export const ENDED = ['completed', 'failed_terminal'] as const;

type Store = Pick<DrillSite, 'documents' | 'outputs'>;

/** Reads the table directly, because each read through the API would cost an invocation. */
const lookFor = (
  { documents, outputs }: Store,
  taskId: string,
  states: readonly ExecutionState[],
  limitMs: number,
): Promise<StoredTask> => {
  const tasks = new DynamoDbTaskRepo(documents, outputs.tasksTable);
  return eventually(
    `${taskId} to be ${states.join(' or ')}`,
    async () => {
      const task = await tasks.get(taskId);
      return task !== undefined && states.some((state) => state === task.state) ? task : undefined;
    },
    limitMs,
  );
};

/** Waits until a task is in one of the states. @throws {Error} if it does not reach one */
export const inState = (
  store: Store,
  taskId: string,
  ...states: readonly ExecutionState[]
): Promise<StoredTask> => lookFor(store, taskId, states, SETTLE_LIMIT_MS);

/** Waits until the card of the task shows this version or a later one. @throws {Error} if it does not */
export const cardShown = (
  { documents, outputs }: Store,
  { taskId, version }: Pick<StoredTask, 'taskId' | 'version'>,
): Promise<true> => {
  const cards = new DynamoDbCardRepo(documents, outputs.cardsTable);
  return eventually(
    `the card of ${taskId} to show version ${version}`,
    async () => ((await cards.get(taskId))?.versionDone ?? 0) >= version || undefined,
    CARD_LIMIT_MS,
  );
};

/** Reads until the answer is good or the time is over; returns the last answer, which the drill judges. */
async function lastLook<T>(
  look: () => Promise<T>,
  isGood: (found: T) => boolean,
  limitMs: number,
): Promise<T> {
  let last = await look();
  await eventually(
    'a good answer',
    async () => {
      last = await look();
      return isGood(last) || undefined;
    },
    limitMs,
  ).catch(() => undefined);
  return last;
}

const TRAIL_LIMIT_MS = 120_000;

const isShown = ({ card, version }: AnsweredTask): boolean =>
  card?.state === 'shown' && card.version === version;

/** The ended tasks with their cards; their present state if the time is over. */
export async function endedTasks(
  site: DrillSite,
  taskIds: readonly string[],
): Promise<readonly AnsweredTask[]> {
  const giveUpAtMs = performance.now() + SETTLE_LIMIT_MS;
  for (const taskId of taskIds) {
    const leftMs = Math.max(0, giveUpAtMs - performance.now());
    await lookFor(site, taskId, ENDED, leftMs).catch(() => undefined);
  }
  const look = (taskId: string) => () => getTask(site.target, taskId);
  return inLanes(taskIds, (taskId) => lastLook(look(taskId), isShown, CARD_LIMIT_MS), 4);
}

/** The complete trail of a task; the present trail if the time is over. */
const wholeTrail = (site: DrillSite, taskId: string): Promise<AuditView> =>
  lastLook(
    () => getAudit(site.target, taskId),
    ({ gaps, records, version }) => gaps.length === 0 && records.length >= version,
    TRAIL_LIMIT_MS,
  );

/** The trails of the tasks. */
export const wholeTrails = (site: DrillSite, taskIds: readonly string[]): Promise<readonly AuditView[]> =>
  inLanes(taskIds, (taskId) => wholeTrail(site, taskId), 4);
