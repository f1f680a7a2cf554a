/** Admits a maximum number of requests within any one second. */
export class RateWindow {
  readonly #nowMs: () => number;
  #admittedAtMs: number[] = [];
  /** Maximum requests per second; `null`: no limit. */
  requestsPerSecond: number | null;

  constructor(nowMs: () => number, requestsPerSecond: number | null) {
    this.#nowMs = nowMs;
    this.requestsPerSecond = requestsPerSecond;
  }

  /** Whether one more request may pass now; if so, it is counted. */
  admit(): boolean {
    if (this.requestsPerSecond === null) return true;
    const now = this.#nowMs();
    this.#admittedAtMs = this.#admittedAtMs.filter((atMs) => now - atMs < 1_000);
    if (this.#admittedAtMs.length >= this.requestsPerSecond) return false;
    this.#admittedAtMs.push(now);
    return true;
  }
}
