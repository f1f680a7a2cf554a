/** What a run of the sweep learns of the pauses: which kinds' held tasks may go on, and how long a pause has lasted. */
import { ActionKind } from '../../../actions/kinds.ts';
import type { Pause } from '../../contracts/controls.ts';
import { SweepPart } from '../../contracts/sweep-answer.ts';
import { type NotedFailure, noting } from './noting.ts';
import type { PauseSource } from '../ports.ts';

interface PauseLook {
  readonly kind: ActionKind;
  readonly pause: Pause | undefined;
}

/** The pauses that could be read. */
export interface PauseLooks {
  readonly looks: readonly PauseLook[];
  /** Whether every kind's could. */
  readonly isWhole: boolean;
}

/** Every kind with its pause, but for those whose pause cannot be read. */
export async function lookAtPauses(pauses: PauseSource, failures: NotedFailure[]): Promise<PauseLooks> {
  const kinds = Object.values(ActionKind);
  const answers = kinds.map((kind) =>
    noting(failures, { part: SweepPart.Pause, id: kind }, async () => ({
      kind,
      pause: await pauses.pauseOf(kind),
    })),
  );
  const looks = (await Promise.all(answers)).filter((look) => look !== undefined);
  return { looks, isWhole: looks.length === kinds.length };
}

/** Kinds whose held tasks may go on. One whose pause cannot be read stays held. */
export const resumedKinds = ({ looks }: PauseLooks): readonly ActionKind[] =>
  looks.flatMap(({ kind, pause }) => (pause === undefined ? [kind] : []));

/** How long the kind that is paused longest has been so, in ms; 0 when none is. */
export const oldestPauseMs = ({ looks }: PauseLooks, nowMs: number): number =>
  Math.max(0, ...looks.flatMap(({ pause }) => (pause === undefined ? [] : [nowMs - pause.sinceMs])));
