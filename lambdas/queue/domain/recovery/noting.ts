/** Carrying on after a failure without losing it, or what it was about. */
import type { SweepPart } from '../../contracts/sweep-answer.ts';

/** What a piece of work is about. */
export interface Subject {
  readonly part: SweepPart;
  readonly id: string;
}

/** A failure with what it was about. */
export interface NotedFailure extends Subject {
  /** What was thrown. */
  readonly error: unknown;
}

/** Does the work; what it throws is noted with its subject, and the answer is `undefined`. */
export async function noting<T>(
  failures: NotedFailure[],
  { part, id }: Subject,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    failures.push({ part, id, error });
    return undefined;
  }
}
