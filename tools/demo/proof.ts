/** The verdict of demo and drills: every action completed, every effect exactly once, every trail without a gap. */
import { ActionKind, kindRow } from '../../lambdas/actions/kinds.ts';
import { isWordOf } from '../../lambdas/shared/contracts/stored-fields.ts';
import type { Provider } from '../../lambdas/shared/contracts/providers.ts';
import { effectKeyOf } from '../../lambdas/queue/domain/task/identity.ts';
import type { AuditView } from '../../lambdas/queue/contracts/api.ts';
import type { AnsweredTask } from '../cli/answers.ts';
import type { ProviderCounts } from './provider-counts.ts';

/** One thing that must hold. */
export interface Check {
  readonly claim: string;
  readonly ok: boolean;
  readonly found: string;
}

/** Something that must hold, and how that is judged. */
export interface Guarantee<Found> {
  readonly claim: string;
  readonly judge: (evidence: Found) => Omit<Check, 'claim'>;
}

/** Guarantees with what was found about each. */
export const judged = <Found>(guarantees: readonly Guarantee<Found>[], evidence: Found): readonly Check[] =>
  guarantees.map(({ claim, judge }) => ({ claim, ...judge(evidence) }));

/** How often the task's effect exists at its provider. */
export function effectCount(task: AnsweredTask, counts: ProviderCounts): number {
  const { kind } = task;
  if (!isWordOf(ActionKind, kind)) return 0;
  const { provider, countedBy } = kindRow(kind);
  const id = countedBy === 'effectKey' ? effectKeyOf(kind, task.taskId) : (task.effect?.externalId ?? '');
  return counts[provider].get(id) ?? 0;
}

/** Keys that came since `before`, each as often as it came. */
const grown = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number =>
  [...after].reduce((sum, [key, count]) => sum + count - (before.get(key) ?? 0), 0);

/** What there is to go on. */
export interface Evidence {
  readonly tasks: readonly AnsweredTask[];
  readonly trails: readonly AuditView[];
  readonly before: ProviderCounts;
  readonly after: ProviderCounts;
  /** Actions enqueued. */
  readonly expected: number;
}

/** How many of the tasks have their effect at the provider. */
const countAt = (tasks: readonly AnsweredTask[], provider: Provider): number =>
  tasks.filter(({ kind }) => isWordOf(ActionKind, kind) && kindRow(kind).provider === provider).length;

const isRoot = (key: string): boolean => key.startsWith('slack.thread:');
/** Cards and the messages about recoveries: what the queue itself says, once each. */
const isOwn = (key: string): boolean => key.startsWith('slack.card:') || key.startsWith('slack.recovery:');

const only = (counts: ReadonlyMap<string, number>, wanted: (key: string) => boolean): Map<string, number> =>
  new Map([...counts].filter(([key]) => wanted(key)));

/**
 * No message or deal beyond those of the tasks, one root message for each new thread, one card for each task and one
 * message for each recovery; no document written twice.
 */
function nothingElse({ tasks, before, after }: Evidence): Omit<Check, 'claim'> {
  const isEffect = (key: string): boolean => !isRoot(key) && !isOwn(key);
  const roots = only(after.slack, isRoot);
  const own = only(after.slack, isOwn);
  const newRoots = [...roots.keys()].filter((key) => !before.slack.has(key)).length;
  const newOwn = [...own.keys()].filter((key) => !before.slack.has(key)).length;
  const deals = grown(before.crm, after.crm);
  const messages = grown(only(before.slack, isEffect), only(after.slack, isEffect));
  const rewritten = [...after.pdf.values()].filter((versions) => versions !== 1).length;
  const doubles = [...roots, ...own].filter(([, count]) => count !== 1).length;
  const ok =
    deals === countAt(tasks, 'crm') && messages === countAt(tasks, 'slack') && rewritten + doubles === 0;
  const found = `${deals} deals, ${messages} messages and ${newOwn} of the queue's own in ${newRoots} new threads, ${rewritten} documents rewritten`;
  return { ok, found };
}

/** Judges by how many of the expected actions something holds for: it must be all. */
const forAll =
  (count: (evidence: Evidence) => number) =>
  (evidence: Evidence): Omit<Check, 'claim'> => {
    const holds = count(evidence);
    return { ok: holds === evidence.expected, found: `${holds} of ${evidence.expected}` };
  };

/** Every action has come to its good end. */
export const ALL_COMPLETED: Guarantee<Evidence> = {
  claim: 'every action is completed',
  judge: forAll(({ tasks }) => tasks.filter((task) => task.state === 'completed').length),
};

/** Counted where the effects are, not in the queue's own records. */
export const EFFECTS_ONCE: Guarantee<Evidence> = {
  claim: 'every effect exists exactly once at its provider',
  judge: forAll(({ tasks, after }) => tasks.filter((task) => effectCount(task, after) === 1).length),
};

/** Of all providers, since `before`: it holds only where nobody else was at work. */
export const NOTHING_ELSE: Guarantee<Evidence> = {
  claim: 'the providers hold nothing else',
  judge: nothingElse,
};

/** One record for each version of each task. */
export const TRAILS_WHOLE: Guarantee<Evidence> = {
  claim: 'every transition is in the audit trail',
  judge: forAll(({ trails }) => trails.filter((trail) => trail.gaps.length === 0).length),
};

/** Everything the demo claims, checked against what the providers hold. */
export const proofOf = (evidence: Evidence): readonly Check[] =>
  judged([ALL_COMPLETED, EFFECTS_ONCE, NOTHING_ELSE, TRAILS_WHOLE], evidence);
