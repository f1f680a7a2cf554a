/** Runs the steps of two processes in every order. */

/** One step of the first (`a`) or the second (`b`). */
export type Turn = 'a' | 'b';

/** Every order of `a` steps of one process and `b` steps of the other. */
export function ordersOf(a: number, b: number): readonly (readonly Turn[])[] {
  if (a === 0 && b === 0) return [[]];
  const first = a === 0 ? [] : ordersOf(a - 1, b).map((rest) => ['a', ...rest] as const);
  const second = b === 0 ? [] : ordersOf(a, b - 1).map((rest) => ['b', ...rest] as const);
  return [...first, ...second];
}

type Step = () => Promise<void>;

/** Runs the calls of two processes in a given order, and later calls in any order. */
export class Interleaving {
  readonly #waiting: Record<Turn, Step[]> = { a: [], b: [] };

  /** A call of a process, which is carried out at its turn. */
  call<T>(who: Turn, send: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting[who].push(async () => {
      await send().then(resolve, reject);
    });
    return promise;
  }

  async #turn(who: Turn): Promise<boolean> {
    // The process may not have reached its next call yet.
    for (let looks = 0; looks < 20 && this.#waiting[who].length === 0; looks += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const step = this.#waiting[who].shift();
    await step?.();
    return step !== undefined;
  }

  /** Takes the turns of `order`, then all remaining ones. The turns of an ended process are skipped. */
  async run(order: readonly Turn[]): Promise<void> {
    for (const who of order) await this.#turn(who);
    while ((await this.#turn('a')) || (await this.#turn('b')));
  }
}
