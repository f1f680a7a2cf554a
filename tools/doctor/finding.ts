/** The doctor's output: one line for each check, and below a failed check the fix. */
import { coloured, shownLine } from '../cli/terminal/terminal-text.ts';

/** The result of a check. `skipped`: the check could not be made here, which is not an error. */
export type FindingState = 'ok' | 'failed' | 'skipped';

/** Result of one check. */
export interface Finding {
  /** Step of `docs/slack-setup.md` that it checks, from 1; absent if it belongs to no step. */
  readonly step?: number;
  /** What was checked. */
  readonly subject: string;
  readonly state: FindingState;
  /** What was found; never contains a secret. */
  readonly detail: string;
  /** The fix, as commands if possible, one per line. Present on every failed check. */
  readonly fix?: string;
}

/** Names a check. */
export type Subject = Pick<Finding, 'step' | 'subject'>;

/** A finding that passed. */
export const ok = (subject: Subject, detail: string): Finding => ({ ...subject, state: 'ok', detail });
/** A finding that failed. */
export const failed = (subject: Subject, detail: string, fix: string): Finding => ({
  ...subject,
  state: 'failed',
  detail,
  fix,
});
/** A finding of a check that could not be made. */
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
