/** Carrying on after a failure without losing it. */

/** Does the work; what it throws is noted and the answer is `undefined`. */
export async function noting<T>(failures: unknown[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    failures.push(error);
    return undefined;
  }
}
