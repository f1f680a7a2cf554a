/** A Region that has drawn pieces. */
import { NO_USE, ORIGINS, RightsWorld } from './world.ts';

const [A, B] = ORIGINS;

/** 30 pieces, of which A has drawn 12 into `slotCount` slots. */
export function worldWith(slotCount: number): RightsWorld {
  const world = new RightsWorld();
  world.deposit(B, 'opening', 30);
  world.keep(B, NO_USE);
  if (slotCount > 1) world.resize(A, slotCount);
  world.draw(A, 12);
  world.keep(A, NO_USE);
  return world;
}
