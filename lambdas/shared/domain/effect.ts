/** The port of an effect: what a kind of action does outside. The queue runs it under the ledger. */
import type { EffectProof, EffectResult } from '../contracts/effects.ts';

/** What an effect reads of the task that it belongs to. */
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
  /** Owner token of the claim; absent when nobody has claimed the task. */
  readonly owner?: string | undefined;
  /** End of the claim's lease, in ms since the epoch. */
  readonly leaseExpiresAtMs?: number | undefined;
}

/** A completion: what the effect left and how that is known. */
export interface EffectOutcome {
  readonly result: EffectResult;
  readonly proof: EffectProof;
}

/** The side effect of one kind of action. */
export interface Effect {
  /** The kind of action, e.g. `crm.sync`. */
  readonly kind: string;
  /** Whether the provider carries out once what reaches it twice under one key. If not, a probe must not overtake a request. */
  readonly deduplicates: boolean;
  /** SHA-256 of what the task asks for; what the provider holds is compared with it. */
  contentHash(task: EffectTask): string;
  /**
   * Carries the effect out.
   * @throws {QueueError} retryable = definitely not applied, unknown = perhaps applied, terminal = never will be.
   */
  apply(task: EffectTask, effectKey: string): Promise<EffectResult>;
  /** Asks the provider for the effect; `undefined` when it is not there. @throws {QueueError} as `apply` */
  probe(task: EffectTask, effectKey: string): Promise<EffectResult | undefined>;
}
