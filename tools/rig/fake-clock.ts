/** A clock that moves only when a test moves it. */
import type { Clock } from '../../lambdas/shared/domain/ports.ts';

/** 2026-03-29T00:59:30Z, half a minute before clocks in Europe change to summer time. Epoch milliseconds have no gap at that time. */
export const START_MS = Date.UTC(2026, 2, 29, 0, 59, 30);

/** A clock that a test controls. `sleep` advances it and runs everything that waits. */
export class FakeClock implements Clock {
  #nowMs: number;

  constructor(startMs = START_MS) {
    this.#nowMs = startMs;
  }

  /** See {@link Clock.nowMs}. */
  nowMs(): number {
    return this.#nowMs;
  }

  /** See {@link Clock.sleep}. */
  async sleep(ms: number): Promise<void> {
    this.#nowMs += ms;
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Advances the clock by `ms`. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
