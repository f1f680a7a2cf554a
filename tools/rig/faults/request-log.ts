/** The requests that passed a proxy, newest last, up to a maximum number. */

const MAX_ENTRIES = 5_000;

/** One request. */
export interface LoggedRequest {
  readonly target: string;
  readonly method: string;
  readonly path: string;
  /** Status that the upstream or a scripted fault answered; `null`: not forwarded and not answered. */
  readonly status: number | null;
  /** Kind of the fault that applied; `null` if no fault applied. */
  readonly fault: string | null;
  /** Processes that a `kill_client` fault killed; empty when it found none. */
  readonly killedPids?: readonly number[];
  /** SHA-256 of the request's body, hexadecimal. */
  readonly bodySha: string;
  /** Arrival time, in epoch milliseconds. */
  readonly atMs: number;
}

/** A ring buffer of the latest 5,000 requests, in the order in which they ended. */
export class RequestLog {
  #entries: LoggedRequest[] = [];

  /** Adds an entry; a full buffer drops its oldest entry. */
  add(entry: LoggedRequest): void {
    this.#entries.push(entry);
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift();
  }

  /** All entries, oldest first. */
  list(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** Deletes all entries. */
  clear(): void {
    this.#entries = [];
  }
}
