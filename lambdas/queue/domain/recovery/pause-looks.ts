/** Reads the pauses for a run of the sweep: the kinds whose held tasks may continue, and the duration of the longest pause. */
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
  /** Whether the pause of every kind could be read. */
  readonly isWhole: boolean;
}

/** Every kind with its pause, except kinds whose pause cannot be read. */
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

/** Kinds whose held tasks may continue. A kind whose pause cannot be read stays held. */
export const resumedKinds = ({ looks }: PauseLooks): readonly ActionKind[] =>
  looks.flatMap(({ kind, pause }) => (pause === undefined ? [kind] : []));

/** Duration of the longest present pause, in ms; 0 if no kind is paused. */
export const oldestPauseMs = ({ looks }: PauseLooks, nowMs: number): number =>
  Math.max(0, ...looks.flatMap(({ pause }) => (pause === undefined ? [] : [nowMs - pause.sinceMs])));
