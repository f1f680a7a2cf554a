/** A plain model of the rules, independent of the code under test. */
import type { Seen } from '../../../../lambdas/regions/log/event.ts';

/** Whether a causal context has an event, by its name. */
export function seesId(seen: Seen, id: string): boolean {
  const [origin = '', seq = '0'] = id.split('#');
  return seen.beyond.includes(id) || Number(seq) <= (seen.vector[origin] ?? 0);
}
