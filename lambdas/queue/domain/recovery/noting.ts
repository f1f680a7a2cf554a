/** Continues after a failure and records it with its subject. */
import type { SweepPart } from '../../contracts/sweep-answer.ts';

/** The subject of a piece of work. */
export interface Subject {
  readonly part: SweepPart;
  readonly id: string;
}

/** A failure with its subject. */
export interface NotedFailure extends Subject {
  /** What was thrown. */
  readonly error: unknown;
}

/** Does the work. If it throws, the error is recorded with its subject, and the result is `undefined`. */
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
