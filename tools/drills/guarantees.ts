/** Guarantees that drills share, and functions that build guarantees which differ in a number or a word. */
import type { AuditView } from '../../lambdas/queue/contracts/api.ts';
import type { AnsweredTask } from '../cli/answers.ts';
import { KPI_CONTRACT, type KpiName, RECOVERY_LIMIT_MS } from '../../lambdas/queue/contracts/kpi-contract.ts';
import type { ErrorCode } from '../../lambdas/shared/contracts/error-codes.ts';
import type { EffectProof } from '../../lambdas/shared/contracts/effects.ts';
import {
  ALL_COMPLETED,
  type Check,
  EFFECTS_ONCE,
  effectCount,
  type Guarantee,
  TRAILS_WHOLE,
} from '../demo/proof.ts';
import type { DrillEvidence } from './drill.ts';
import { sampledText } from './kpis.ts';

type Judged = Omit<Check, 'claim'>;

const outOf = (holds: number, expected: number): Judged => ({
  ok: holds === expected,
  found: `${holds} of ${expected}`,
});

/** Maximum exceptions that are named. */
const NAMED = 3;

/** Counts the expected actions for which a condition holds, and names some of the exceptions. */
function forAll<Item extends { readonly taskId: string }>(
  items: readonly Item[],
  holds: (item: Item) => boolean,
  expected: number,
): Judged {
  const exceptions = items.filter((item) => !holds(item)).map(({ taskId }) => taskId);
  const { ok, found } = outOf(items.length - exceptions.length, expected);
  return {
    ok,
    found: exceptions.length === 0 ? found : `${found}; not ${exceptions.slice(0, NAMED).join(', ')}`,
  };
}

/** Every task is in a final state, and no task is missing. */
export const ALL_TERMINAL: Guarantee<DrillEvidence> = {
  claim: 'every action has ended, and none is lost',
  judge: ({ tasks, expected }) =>
    forAll(tasks, ({ state }) => state === 'completed' || state === 'failed_terminal', expected),
};

const isRight = (task: AnsweredTask, evidence: DrillEvidence): boolean => {
  const count = effectCount(task, evidence.after);
  return task.state === 'completed' ? count === 1 : count <= 1;
};

/** For drills in which an action may fail permanently: its effect does not exist twice either. */
export const NONE_TWICE: Guarantee<DrillEvidence> = {
  claim: 'every completed effect exists exactly once at its provider, and none twice',
  judge: (evidence) => forAll(evidence.tasks, (task) => isRight(task, evidence), evidence.expected),
};

/** Every transition is shown on a card. */
export const CARDS_CURRENT: Guarantee<DrillEvidence> = {
  claim: 'every card in Slack shows the last version of its task',
  judge: ({ tasks, expected }) =>
    forAll(tasks, ({ card, version }) => card?.state === 'shown' && card.version === version, expected),
};

/**
 * Whether the trail is one valid walk: versions are 1, 2, 3…, and each transition begins in the state in which the previous one
 * ended.
 */
const isWalk = ({ records, version }: AuditView): boolean =>
  records.length === version &&
  records.every(
    (record, index) => record.version === index + 1 && record.from === (records[index - 1]?.to ?? null),
  );

/** No two transitions share a version, and none starts from a state that another transition has already left. */
export const ONE_WALK: Guarantee<DrillEvidence> = {
  claim: 'every trail is one walk through the states, with one version for each step',
  judge: ({ trails, expected }) => forAll(trails, isWalk, expected),
};

/** Guarantees of every drill whose faults are temporary. */
export const EVERY_DRILL: readonly Guarantee<DrillEvidence>[] = [
  ALL_COMPLETED,
  EFFECTS_ONCE,
  TRAILS_WHOLE,
  ONE_WALK,
  CARDS_CURRENT,
];

/** Guarantees under a load: an action may fail permanently if the target of the failure rate allows it. */
export const UNDER_LOAD: readonly Guarantee<DrillEvidence>[] = [
  ALL_TERMINAL,
  NONE_TWICE,
  TRAILS_WHOLE,
  ONE_WALK,
  CARDS_CURRENT,
];

/** The KPI has a sample and meets its target. */
export const kpiMet = (name: KpiName): Guarantee<DrillEvidence> => ({
  claim: `${KPI_CONTRACT[name].title} meets its target`,
  judge: ({ kpis }) => {
    const kpi = kpis.find((figure) => figure.name === name);
    const found = kpi === undefined ? 'nothing' : `${sampledText(kpi)}, goal ${kpi.goal ?? 'none'}`;
    return { ok: kpi?.ok === true, found };
  },
});

/** Asserts an exact count. A drill whose fault did not happen would prove nothing. */
export const counted = (claim: string, name: string, expected: number): Guarantee<DrillEvidence> => ({
  claim,
  judge: ({ counts }) => outOf(counts[name] ?? 0, expected),
});

/** Asserts a minimum count. */
export const countedAtLeast = (claim: string, name: string, minimum: number): Guarantee<DrillEvidence> => ({
  claim,
  judge: ({ counts }) => {
    const count = counts[name] ?? 0;
    return { ok: count >= minimum, found: `${count}, expected at least ${minimum}` };
  },
});

/** At least `minimum` trails contain the error code, so the fault has reached the tasks. */
export const trailsNaming = (code: ErrorCode, minimum: number): Guarantee<DrillEvidence> => ({
  claim: `the trails of at least ${minimum} tasks contain ${code}`,
  judge: ({ trails }) => {
    const count = trails.filter(({ records }) => records.some(({ errorCode }) => errorCode === code)).length;
    return { ok: count >= minimum, found: `${count}` };
  },
});

/** At least `minimum` tasks know their effect by one of these proofs. */
export const provenBy = (
  claim: string,
  proofs: readonly EffectProof[],
  minimum: number,
): Guarantee<DrillEvidence> => ({
  claim,
  judge: ({ tasks }) => {
    const count = tasks.filter(({ effect }) => proofs.some((proof) => proof === effect?.proof)).length;
    return { ok: count >= minimum, found: `${count}, expected at least ${minimum}` };
  },
});

/** No task used all attempts that the policy allows, so none failed permanently. */
export const ATTEMPTS_LEFT: Guarantee<DrillEvidence> = {
  claim: 'no action used all of its attempts',
  judge: ({ tasks, expected }) => forAll(tasks, ({ attempts }) => attempts.used <= attempts.max, expected),
};

/** The sweep started the next driver of at least `minimum` tasks. */
export const recoveredBySweep = (minimum: number): Guarantee<DrillEvidence> => ({
  claim: `the sweep gave at least ${minimum} tasks their next driver`,
  judge: ({ trails }) => {
    const count = trails.filter(({ records }) =>
      records.some(({ cause }) => cause === 'recover_stale'),
    ).length;
    return { ok: count >= minimum, found: `${count}` };
  },
});

const lifeMsOf = ({ records }: AuditView): number =>
  Date.parse(records.at(-1)?.at ?? '') - Date.parse(records[0]?.at ?? '');

/** Stricter than the KPI: its five minutes begin when an action is stuck, these when it is enqueued. */
export const RECOVERED_IN_TIME: Guarantee<DrillEvidence> = {
  claim: 'every action ended within 5 minutes after it was enqueued',
  judge: ({ trails, expected }) => {
    const livesMs = trails.map(lifeMsOf);
    const inTime = livesMs.filter((lifeMs) => lifeMs <= RECOVERY_LIMIT_MS).length;
    const slowest = Math.round(Math.max(0, ...livesMs) / 1_000);
    return { ok: inTime === expected, found: `${inTime} of ${expected}, the slowest after ${slowest} s` };
  },
};

/** In a drill that kills no worker, no worker is treated as dead. */
export const NONE_RECOVERED: Guarantee<DrillEvidence> = {
  claim: 'no worker that was alive lost its lease',
  judge: ({ trails }) => {
    const count = trails.filter(({ records }) =>
      records.some(({ cause }) => cause === 'recover_stale'),
    ).length;
    return { ok: count === 0, found: `${count} did` };
  },
};
