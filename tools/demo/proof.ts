/** The verdict of demo and drills: every action is completed, every effect exists exactly once, every trail is complete. */
import { ActionKind, kindRow } from '../../lambdas/actions/kinds.ts';
import { isWordOf } from '../../lambdas/shared/contracts/stored-fields.ts';
import type { Provider } from '../../lambdas/shared/contracts/providers.ts';
import { effectKeyOf } from '../../lambdas/queue/domain/task/identity.ts';
import type { AuditView } from '../../lambdas/queue/contracts/api.ts';
import type { AnsweredTask } from '../cli/answers.ts';
import type { ProviderCounts } from './provider-counts.ts';

/** One checked guarantee. */
export interface Check {
  readonly claim: string;
  readonly ok: boolean;
  readonly found: string;
}

/** A guarantee and its judgement. */
export interface Guarantee<Found> {
  readonly claim: string;
  readonly judge: (evidence: Found) => Omit<Check, 'claim'>;
}

/** Judges each guarantee by the evidence. */
export const judged = <Found>(guarantees: readonly Guarantee<Found>[], evidence: Found): readonly Check[] =>
  guarantees.map(({ claim, judge }) => ({ claim, ...judge(evidence) }));

/** How many times the task's effect exists at its provider. */
export function effectCount(task: AnsweredTask, counts: ProviderCounts): number {
  const { kind } = task;
  if (!isWordOf(ActionKind, kind)) return 0;
  const { provider, countedBy } = kindRow(kind);
  const id = countedBy === 'effectKey' ? effectKeyOf(kind, task.taskId) : (task.effect?.externalId ?? '');
  return counts[provider].get(id) ?? 0;
}

/** Keys that were added since `before`, each with its number of additions. */
const grown = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number =>
  [...after].reduce((sum, [key, count]) => sum + count - (before.get(key) ?? 0), 0);

/** The evidence for the guarantees. */
export interface Evidence {
  readonly tasks: readonly AnsweredTask[];
  readonly trails: readonly AuditView[];
  readonly before: ProviderCounts;
  readonly after: ProviderCounts;
  /** Number of actions that were enqueued. */
  readonly expected: number;
}

/** Number of the tasks whose kind has its effect at the provider. */
const countAt = (tasks: readonly AnsweredTask[], provider: Provider): number =>
  tasks.filter(({ kind }) => isWordOf(ActionKind, kind) && kindRow(kind).provider === provider).length;

const isRoot = (key: string): boolean => key.startsWith('slack.thread:');
/** Keys of the queue's own messages: cards and messages about recoveries. Each must exist once. */
const isOwn = (key: string): boolean => key.startsWith('slack.card:') || key.startsWith('slack.recovery:');

const only = (counts: ReadonlyMap<string, number>, wanted: (key: string) => boolean): Map<string, number> =>
  new Map([...counts].filter(([key]) => wanted(key)));

/**
 * The providers hold only the messages and CRM objects of the tasks, one root message for each new thread, one card for each task and
 * one message for each recovery. No document was written twice.
 */
function nothingElse({ tasks, before, after }: Evidence): Omit<Check, 'claim'> {
  const isEffect = (key: string): boolean => !isRoot(key) && !isOwn(key);
  const roots = only(after.slack, isRoot);
  const own = only(after.slack, isOwn);
  const newRoots = [...roots.keys()].filter((key) => !before.slack.has(key)).length;
  const newOwn = [...own.keys()].filter((key) => !before.slack.has(key)).length;
  const objects = grown(before.crm, after.crm);
  const messages = grown(only(before.slack, isEffect), only(after.slack, isEffect));
  const rewritten = [...after.pdf.values()].filter((versions) => versions !== 1).length;
  const doubles = [...roots, ...own].filter(([, count]) => count !== 1).length;
  const ok =
    objects === countAt(tasks, 'crm') && messages === countAt(tasks, 'slack') && rewritten + doubles === 0;
  const found = `${objects} CRM objects, ${messages} messages and ${newOwn} of the queue's own in ${newRoots} new threads, ${rewritten} documents rewritten`;
  return { ok, found };
}

/** Builds a judgement that counts the expected actions for which a condition holds; it must hold for all. */
const forAll =
  (count: (evidence: Evidence) => number) =>
  (evidence: Evidence): Omit<Check, 'claim'> => {
    const holds = count(evidence);
    return { ok: holds === evidence.expected, found: `${holds} of ${evidence.expected}` };
  };

/** Every action reached the state `completed`. */
export const ALL_COMPLETED: Guarantee<Evidence> = {
  claim: 'every action is completed',
  judge: forAll(({ tasks }) => tasks.filter((task) => task.state === 'completed').length),
};

/** Counted at the providers, not in the queue's own records. */
export const EFFECTS_ONCE: Guarantee<Evidence> = {
  claim: 'every effect exists exactly once at its provider',
  judge: forAll(({ tasks, after }) => tasks.filter((task) => effectCount(task, after) === 1).length),
};

/** Compares all providers with their counts before the run. It is valid only if no other client used them. */
export const NOTHING_ELSE: Guarantee<Evidence> = {
  claim: 'the providers hold nothing else',
  judge: nothingElse,
};

/** One record for each version of each task. */
export const TRAILS_WHOLE: Guarantee<Evidence> = {
  claim: 'every transition is in the audit trail',
  judge: forAll(({ trails }) => trails.filter((trail) => trail.gaps.length === 0).length),
};

/** Checks every claim of the demo against the providers' own data. */
export const proofOf = (evidence: Evidence): readonly Check[] =>
  judged([ALL_COMPLETED, EFFECTS_ONCE, NOTHING_ELSE, TRAILS_WHOLE], evidence);
