/** What every context needs from its machine. Adapters implement these; tests and simulations may too. */

/** The caller's clock. Safety never depends on it; liveness does. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Resolves after `ms` milliseconds. */
  sleep(ms: number): Promise<void>;
}

/** Source of identities: owner tokens and attempt ids. */
export interface Ids {
  /** A fresh identity; never the same twice. */
  next(): string;
}
