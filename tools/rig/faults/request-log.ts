/** What went through a proxy, newest last; bounded. */

const MAX_ENTRIES = 5_000;

/** One request. */
export interface LoggedRequest {
  readonly target: string;
  readonly method: string;
  readonly path: string;
  /** What the upstream or a scripted fault answered; `null`: nothing was forwarded and nothing answered. */
  readonly status: number | null;
  /** Kind of the fault that applied. */
  readonly fault: string | null;
  /** Processes that a `kill_client` killed; empty when it found none. */
  readonly killedPids?: readonly number[];
  /** SHA-256 of the request's body, hexadecimal. */
  readonly bodySha: string;
  /** When it came in, epoch milliseconds. */
  readonly atMs: number;
}

/** A ring of the latest 5,000 requests, in the order in which they ended. */
export class RequestLog {
  #entries: LoggedRequest[] = [];

  /** Adds an entry; the oldest goes when the ring is full. */
  add(entry: LoggedRequest): void {
    this.#entries.push(entry);
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift();
  }

  /** All entries, oldest first. */
  list(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** Forgets all entries. */
  clear(): void {
    this.#entries = [];
  }
}
