/** Two processes whose steps a test takes in every order. */

/** One step of the first (`a`) or the second (`b`). */
export type Turn = 'a' | 'b';

/** Every order of `a` steps of the one and `b` steps of the other. */
export function ordersOf(a: number, b: number): readonly (readonly Turn[])[] {
  if (a === 0 && b === 0) return [[]];
  const first = a === 0 ? [] : ordersOf(a - 1, b).map((rest) => ['a', ...rest] as const);
  const second = b === 0 ? [] : ordersOf(a, b - 1).map((rest) => ['b', ...rest] as const);
  return [...first, ...second];
}

type Step = () => Promise<void>;

/** Lets the calls of two processes pass in one given order; what is left when the order ends passes as it comes. */
export class Interleaving {
  readonly #waiting: Record<Turn, Step[]> = { a: [], b: [] };

  /** A call of a process: carried out when its turn comes. */
  call<T>(who: Turn, send: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting[who].push(async () => {
      await send().then(resolve, reject);
    });
    return promise;
  }

  async #turn(who: Turn): Promise<boolean> {
    // The process may be on its way to its next call.
    for (let looks = 0; looks < 20 && this.#waiting[who].length === 0; looks += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const step = this.#waiting[who].shift();
    await step?.();
    return step !== undefined;
  }

  /** Takes the turns of `order`, then all that is left. A turn of a process that has ended is passed over. */
  async run(order: readonly Turn[]): Promise<void> {
    for (const who of order) await this.#turn(who);
    while ((await this.#turn('a')) || (await this.#turn('b')));
  }
}
