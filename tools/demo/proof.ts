/** The demo's verdict: every action completed, every effect exactly once, every trail without a gap. */
import { effectKeyOf } from '../../lambdas/domain/hashing.ts';
import type { AuditView, TaskView } from '../../lambdas/contracts/api.ts';
import type { ProviderCounts } from './provider-counts.ts';

/** One thing that must hold. */
export interface Check {
  readonly claim: string;
  readonly ok: boolean;
  readonly found: string;
}

/** How often the task's effect exists at its provider. */
export function effectCount(task: TaskView, counts: ProviderCounts): number {
  const effectKey = effectKeyOf(task.kind, task.taskId);
  switch (task.kind) {
    case 'pdf.render':
      return counts.objects.get(task.effect?.externalId ?? '') ?? 0;
    case 'crm.sync':
      return counts.deals.get(effectKey) ?? 0;
    case 'slack.notify':
      return counts.messages.get(effectKey) ?? 0;
  }
}

/** Keys that came since `before`, each as often as it came. */
const grown = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number =>
  [...after].reduce((sum, [key, count]) => sum + count - (before.get(key) ?? 0), 0);

/** What the demo has to go on. */
export interface Evidence {
  readonly tasks: readonly TaskView[];
  readonly trails: readonly AuditView[];
  readonly before: ProviderCounts;
  readonly after: ProviderCounts;
  /** Actions enqueued. */
  readonly expected: number;
}

const ofKind = (tasks: readonly TaskView[], kind: TaskView['kind']): readonly TaskView[] =>
  tasks.filter((task) => task.kind === kind);

const isRoot = (key: string): boolean => key.startsWith('slack.thread:');
/** Cards and the messages about recoveries: what the queue itself says, once each. */
const isOwn = (key: string): boolean => key.startsWith('slack.card:') || key.startsWith('slack.recovery:');

const only = (counts: ReadonlyMap<string, number>, wanted: (key: string) => boolean): Map<string, number> =>
  new Map([...counts].filter(([key]) => wanted(key)));

/**
 * No message or deal beyond those of the tasks, one root message for each new thread, one card for each task and one
 * message for each recovery; no document written twice.
 */
function nothingElse({ tasks, before, after }: Evidence): Check {
  const isEffect = (key: string): boolean => !isRoot(key) && !isOwn(key);
  const roots = only(after.messages, isRoot);
  const own = only(after.messages, isOwn);
  const newRoots = [...roots.keys()].filter((key) => !before.messages.has(key)).length;
  const newOwn = [...own.keys()].filter((key) => !before.messages.has(key)).length;
  const deals = grown(before.deals, after.deals);
  const messages = grown(only(before.messages, isEffect), only(after.messages, isEffect));
  const rewritten = [...after.objects.values()].filter((versions) => versions !== 1).length;
  const doubles = [...roots, ...own].filter(([, count]) => count !== 1).length;
  const ok =
    deals === ofKind(tasks, 'crm.sync').length &&
    messages === ofKind(tasks, 'slack.notify').length &&
    rewritten + doubles === 0;
  const found = `${deals} deals, ${messages} messages and ${newOwn} of the queue's own in ${newRoots} new threads, ${rewritten} documents rewritten`;
  return { claim: 'the providers hold nothing else', ok, found };
}

/** Everything the demo claims, checked against what the providers hold. */
export function proofOf(evidence: Evidence): readonly Check[] {
  const { tasks, trails, after, expected } = evidence;
  const completed = tasks.filter((task) => task.state === 'completed').length;
  const once = tasks.filter((task) => effectCount(task, after) === 1).length;
  const whole = trails.filter((trail) => trail.gaps.length === 0).length;
  const at = (n: number): string => `${n} of ${expected}`;
  return [
    { claim: 'every action is completed', ok: completed === expected, found: at(completed) },
    { claim: 'every effect exists exactly once at its provider', ok: once === expected, found: at(once) },
    nothingElse(evidence),
    { claim: 'every transition is in the audit trail', ok: whole === expected, found: at(whole) },
  ];
}
