/** Steps of one order for tests: each answers `accepted` or the code of the refusal. */
import { dueReturns } from '../../../../lambdas/regions/agreements/order-returns.ts';
import {
  type Claim,
  claimPieces,
  nameCopy,
  recordCaptured,
  startEffecting,
} from '../../../../lambdas/regions/agreements/order-steps.ts';
import { CAPTURE_MS, FULFIL_MS } from '../../../../lambdas/regions/agreements/order-sweep.ts';
import { candidateOf, COPIES, OrderWorld, START_MS } from './order-world.ts';
import { codeOf, present } from '../answers.ts';

/** One of the three copies. */
export const copyOf = (index: number) => present(COPIES[index]);
/** Deadlines of an order that is paid at the start. */
export const EFFECTING = {
  captureDeadlineAtMs: START_MS + CAPTURE_MS,
  fulfilDeadlineAtMs: START_MS + FULFIL_MS,
};

/** Names a copy. */
export const name = (world: OrderWorld, index: number): string => {
  const step = nameCopy(world.context(), candidateOf(copyOf(index)), world.nowMs);
  return step.ok && world.write(step) ? 'accepted' : codeOf(step);
};
/** Makes a payment the counted one. */
export const pay = (world: OrderWorld, paymentId: string): string => {
  const step = startEffecting(world.context(), { paymentId, ...EFFECTING });
  return step.ok && world.write(step) ? 'accepted' : codeOf(step);
};
/** Claims pieces. */
export const claim = (
  world: OrderWorld,
  purpose: Claim['purpose'],
  claimId: string,
  lines: Claim['lines'],
): string => {
  const step = claimPieces(world.context(), { claimId, purpose, lines });
  return step.ok && world.write(step) ? 'accepted' : codeOf(step);
};

/** A named, paid and captured order of 5 pens and 2 bottles of ink, in the log. */
export function paidWorld(): OrderWorld {
  const world = new OrderWorld();
  name(world, 0);
  pay(world, 'pay-1');
  world.log();
  world.capture();
  world.write(recordCaptured(world.context(), 'pay-1'));
  world.log();
  return world;
}

/** Due returns of a copy. */
export const returnsOf = (world: OrderWorld, index: number) => {
  const item = world.item();
  return item === undefined ? [] : dueReturns(item, world.records(), copyOf(index));
};
