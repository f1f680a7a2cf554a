/** What the doctor says: one line a check, and under a failed one what to do about it. */
import { coloured, shownLine } from '../cli/terminal/terminal-text.ts';

/** How a check ended. `skipped`: it could not be made here, which is no fault. */
export type FindingState = 'ok' | 'failed' | 'skipped';

/** Result of one check. */
export interface Finding {
  /** Step of `docs/slack-setup.md` that it checks, from 1; absent on a check that is of no step. */
  readonly step?: number;
  /** What was looked at. */
  readonly subject: string;
  readonly state: FindingState;
  /** What was found; never a secret. */
  readonly detail: string;
  /** What to do about it, a command where there is one; several lines for several commands. Present on every failed one. */
  readonly fix?: string;
}

/** Names a check. */
export type Subject = Pick<Finding, 'step' | 'subject'>;

/** A check that found what it should. */
export const ok = (subject: Subject, detail: string): Finding => ({ ...subject, state: 'ok', detail });
/** A check that did not. */
export const failed = (subject: Subject, detail: string, fix: string): Finding => ({
  ...subject,
  state: 'failed',
  detail,
  fix,
});
/** A check that could not be made. */
export const skipped = (subject: Subject, detail: string): Finding => ({
  ...subject,
  state: 'skipped',
  detail,
});

const COLOURS = { ok: 'green', failed: 'red', skipped: 'yellow' } as const;

/** The finding as text, without a line break at its end. */
export function findingText({ step, subject, state, detail, fix }: Finding): string {
  const place = step === undefined ? '' : `step ${step}  `;
  const line = `${coloured(COLOURS[state], state.padEnd(7))}  ${place}${subject}: ${shownLine(detail)}`;
  if (fix === undefined) return line;
  return `${line}\n         fix: ${fix.split('\n').map(shownLine).join('\n              ')}`;
}
