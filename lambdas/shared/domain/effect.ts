/** The port of an effect: what a kind of action does at its provider. The queue runs it under the ledger. */
import type { EffectProof, EffectResult } from '../contracts/effects.ts';

/** The fields of the task that an effect reads. */
export interface EffectTask {
  readonly taskId: string;
  readonly quoteId: string;
  readonly kind: string;
  /** SHA-256 over (quoteId, kind, payload). */
  readonly taskHash: string;
  /** Canonical JSON of the payload. */
  readonly payloadJson: string;
  /** When the task was enqueued, in ms since the epoch. */
  readonly createdAtMs: number;
  /** Owner token of the claim; absent if the task is not claimed. */
  readonly owner?: string | undefined;
  /** End of the claim's lease, in ms since the epoch. */
  readonly leaseExpiresAtMs?: number | undefined;
}

/** A completion: the result of the effect and its proof. */
export interface EffectOutcome {
  readonly result: EffectResult;
  readonly proof: EffectProof;
}

/** The side effect of one kind of action. */
export interface Effect {
  /** The kind of action, e.g. `crm.sync`. */
  readonly kind: string;
  /** Whether the provider applies a repeated request with the same key only once. If not, a probe must not overtake a request. */
  readonly deduplicates: boolean;
  /** SHA-256 of the requested content; the provider's content is compared with it. */
  contentHash(task: EffectTask): string;
  /**
   * Applies the effect.
   * @throws {QueueError} retryable = definitely not applied, unknown = perhaps applied, terminal = never will be.
   */
  apply(task: EffectTask, effectKey: string): Promise<EffectResult>;
  /** Asks the provider for the effect; `undefined` if it does not exist. @throws {QueueError} as `apply` */
  probe(task: EffectTask, effectKey: string): Promise<EffectResult | undefined>;
}
