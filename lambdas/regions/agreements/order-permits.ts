/** Effects at providers that the agreement about an order permits. */
import type { EffectPermission } from './effect-claim.ts';
import { type DecisionName, mayActOn } from './item.ts';
import type { OrderItem } from './order-steps.ts';

/**
 * Whether the chosen payment may be captured.
 *
 * @param item - the agreement, read strongly
 * @param effecting - the decision that began it
 */
export function capturePermit(item: OrderItem | undefined, effecting: DecisionName): EffectPermission {
  if (item === undefined || !mayActOn(item, effecting)) return 'not_yet';
  const { phase, capture } = item.state;
  return phase === 'effecting' && capture?.status === 'due' ? 'apply' : 'withdrawn';
}

/**
 * Whether the pieces of a shipping claim may be shipped. A claim is never withdrawn, so this permission is never withdrawn.
 *
 * @param item - the agreement, read strongly
 * @param claim - the decision that made the claim
 * @param claimId - the claim
 */
export const shippingPermit = (
  item: OrderItem | undefined,
  claim: DecisionName,
  claimId: string,
): EffectPermission =>
  item !== undefined && mayActOn(item, claim) && item.state.claims.includes(claimId) ? 'apply' : 'not_yet';
