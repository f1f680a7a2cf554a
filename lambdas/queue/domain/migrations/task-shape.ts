/**
 * Tasks: version 2 added `hold` and the causes `hold` and `release`. Version 1 has none of them and refuses what it does
 * not know, so going down
 * - a `hold` or `release` in the history becomes a `recover_stale`, which moves the same states to the same states; what it
 *   was is written before its reason: `[hold] …`, `[release] …`;
 * - the `hold` of the task goes to the transition that made it, which is its last: `[hold|slack:T1:U2|1774746000000|CRM down] …`
 *   (who, since when, why). The task is overdue at once, so the sweep of version 1 drives it on;
 * - what a newer release wrote beside this one is refused, since the readers of version 1 are closed;
 * - a `recover_stale` whose own reason looks like one of these is marked `[recover_stale] …`.
 */
import { TransitionCause } from '../../contracts/lifecycle-states.ts';
import {
  closedTaskSchema,
  SCHEMA_VERSION,
  type ExecutionTask,
  type Hold,
  type Transition,
} from '../../contracts/records.ts';
import { QueueError } from '../../../shared/domain/errors.ts';
import {
  type Migration,
  type Shape,
  type StoredItem,
  storedRecord,
} from '../../../shared/domain/stored-items.ts';

const { Hold: HOLD, Release: RELEASE, RecoverStale: RECOVER_STALE } = TransitionCause;

/** `[label] reason`, or `[hold|actor|sinceMs|reason of the hold] reason`; without a reason only the label. */
const MARKED =
  /^\[(?<label>hold|release|recover_stale)(?:\|(?<actor>[^\]|]*)\|(?<sinceMs>\d+)\|(?<why>[^\]|]*))?\](?: (?<reason>[\s\S]*))?$/;

const marked = (label: string, reason: string | undefined): string =>
  reason === undefined ? `[${label}]` : `[${label}] ${reason}`;

/** A reason may contain any character, also `]` and `|`. */
const escaped = (words: string): string => words.replaceAll(/[%\]|]/g, encodeURIComponent);
const unescaped = (words: string): string => words.replaceAll(/%(?:25|5D|7C)/g, decodeURIComponent);

const holdLabel = ({ actor, sinceMs, reason }: Hold): string =>
  `${HOLD}|${escaped(actor)}|${sinceMs}|${escaped(reason)}`;

function downTransition(transition: Transition, hold: Hold | undefined): StoredItem {
  const { cause, reason } = transition;
  const as = (label: string): StoredItem => ({
    ...transition,
    cause: RECOVER_STALE,
    reason: marked(label, reason),
  });
  if (cause === HOLD) return as(hold === undefined ? HOLD : holdLabel(hold));
  if (cause === RELEASE) return as(RELEASE);
  return cause === RECOVER_STALE && MARKED.test(reason ?? '') ? as(RECOVER_STALE) : { ...transition };
}

const CALLED = 'Task item';

/** Only the end of its hold moves a held task, so its last transition is the one that held it. */
function assertHeldLast({ hold, history }: ExecutionTask): void {
  if (hold === undefined || history.at(-1)?.cause === HOLD) return;
  const detail = `${CALLED}: hold: expected a last transition that made it`;
  throw new QueueError('STORED_RECORD_INVALID', { detail });
}

function down(item: StoredItem): StoredItem {
  const task = storedRecord(CALLED, closedTaskSchema, item);
  assertHeldLast(task);
  const { hold, history, ...kept } = task;
  const newest = history.length - 1;
  return {
    ...kept,
    schemaVersion: 1,
    history: history.map((transition, index) =>
      downTransition(transition, index === newest ? hold : undefined),
    ),
  };
}

interface MarkedReason {
  readonly cause: TransitionCause;
  readonly reason: string | undefined;
  /** Present when the task was held at the time. */
  readonly hold: Hold | undefined;
}

function readMark(transition: StoredItem): MarkedReason | undefined {
  const { cause, reason: text } = transition;
  if (cause !== RECOVER_STALE || typeof text !== 'string') return undefined;
  const groups = MARKED.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { label, actor, sinceMs, why, reason } = groups;
  const isHeld = label === HOLD && actor !== undefined && why !== undefined;
  const hold = isHeld
    ? { reason: unescaped(why), actor: unescaped(actor), sinceMs: Number(sinceMs) }
    : undefined;
  return { cause: label === RELEASE || label === RECOVER_STALE ? label : HOLD, reason, hold };
}

function upTransition(transition: StoredItem): StoredItem {
  const mark = readMark(transition);
  if (mark === undefined) return transition;
  const { reason: _marked, ...kept } = transition;
  return { ...kept, cause: mark.cause, ...(mark.reason !== undefined && { reason: mark.reason }) };
}

const isItem = (value: unknown): value is StoredItem => typeof value === 'object' && value !== null;

/** The hold that the last transition describes. */
function holdOf(last: unknown): StoredItem {
  const hold = isItem(last) ? readMark(last)?.hold : undefined;
  return hold === undefined ? {} : { hold };
}

function up(item: StoredItem): StoredItem {
  const { history } = item;
  // A history that is not a list of transitions is not changed; the reader refuses it.
  if (!Array.isArray(history)) return { ...item, schemaVersion: 2 };
  const transitions: readonly unknown[] = history;
  return {
    ...item,
    schemaVersion: 2,
    history: transitions.map((entry) => (isItem(entry) ? upTransition(entry) : entry)),
    ...holdOf(transitions.at(-1)),
  };
}

/** See the file head. */
export const TASK_V1_V2: Migration = { from: 1, up, down };

/** The stored shape of tasks. */
export const TASK_SHAPE = {
  name: 'tasks',
  newest: SCHEMA_VERSION,
  steps: [TASK_V1_V2],
  appendOnly: false,
} as const satisfies Shape;
