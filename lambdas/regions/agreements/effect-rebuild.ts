/** Rebuilds an effect after its table was lost. */
import type { Put } from '../change.ts';
import { type EffectDecision, type EffectItem, type EffectState, evolveEffect } from './effect-state.ts';
import { type HeldDecision, restoredItem } from './rebuild.ts';

const UNCLAIMED: EffectState = {
  status: 'idle',
  owner: '',
  region: '',
  epoch: 0,
  fence: 0,
  leaseExpiresAtMs: 0,
  claims: 0,
  sinceMs: 0,
  earlierLeaseMs: 0,
  isInDoubt: true,
};

/**
 * The item of an effect that has an outcome or waits for a person. An effect without an outcome gets no item: claims are not logged, so its
 * next claim in the new generation is in doubt and asks the provider first.
 */
export function rebuiltEffect(
  key: string,
  generation: number,
  records: readonly HeldDecision<EffectDecision>[],
): Put<EffectItem> | undefined {
  const put = restoredItem({ key, generation, records, start: UNCLAIMED, evolve: evolveEffect });
  return put?.next.state.status === 'idle' ? undefined : put;
}
