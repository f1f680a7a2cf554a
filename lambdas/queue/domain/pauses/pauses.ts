/** The changes of a kind's pause: pure rules. The result is `undefined` if nothing would change. */
import type { ActionKind } from '../../../actions/kinds.ts';
import {
  CONTROL_SCHEMA_VERSION,
  MAX_PAUSE_HISTORY,
  PauseChange,
  pauseIdOf,
  type PauseRecord,
} from '../../contracts/controls.ts';

/** Actor, time and identity of a change of the pause. */
export interface PauseContext {
  /** ms since the epoch. */
  readonly nowMs: number;
  readonly actor: string;
  readonly attemptId: string;
}

/** Whether actions of the kind must not start. */
export const isPaused = (record: PauseRecord | undefined): record is PauseRecord =>
  record !== undefined && record.resumed === undefined;

type Entry = PauseRecord['history'][number];

const historyWith = (current: PauseRecord | undefined, entry: Entry): Entry[] =>
  [...(current?.history ?? []), entry].slice(-MAX_PAUSE_HISTORY);

/**
 * The kind, paused with this reason; `undefined` if it is already paused with it. A new reason keeps the start of the pause.
 */
export function pausedWith(
  current: PauseRecord | undefined,
  kind: ActionKind,
  reason: string,
  { nowMs, actor, attemptId }: PauseContext,
): PauseRecord | undefined {
  if (isPaused(current) && current.reason === reason) return undefined;
  const { resumed: _before, ...kept } = current ?? {};
  const version = (current?.version ?? 0) + 1;
  const entry = { version, change: PauseChange.Pause, actor, reason, atMs: nowMs, attemptId };
  return {
    ...kept,
    schemaVersion: CONTROL_SCHEMA_VERSION,
    controlId: pauseIdOf(kind),
    kind,
    reason,
    actor,
    sinceMs: isPaused(current) ? current.sinceMs : nowMs,
    version,
    attemptId,
    history: historyWith(current, entry),
  };
}

/** The kind, resumed; `undefined` if it is not paused. */
export function resumedFrom(
  current: PauseRecord | undefined,
  { nowMs, actor, attemptId }: PauseContext,
): PauseRecord | undefined {
  if (!isPaused(current)) return undefined;
  const version = current.version + 1;
  const entry = { version, change: PauseChange.Resume, actor, atMs: nowMs, attemptId };
  return {
    ...current,
    version,
    attemptId,
    resumed: { actor, atMs: nowMs },
    history: historyWith(current, entry),
  };
}

/** Whether `stored` contains the write that leads to `next`, even if it has changed since. */
export const holdsChange = (stored: PauseRecord, next: PauseRecord): boolean =>
  stored.history.some((done) => done.version === next.version && done.attemptId === next.attemptId);
