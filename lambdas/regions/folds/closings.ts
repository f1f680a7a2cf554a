/** Closed origins, from the decided events of `close#<origin>`: every fold needs them to tell what is unbacked. */
import { gaplessDecisions } from '../agreements/rebuild.ts';
import type { LogEvent, Origin } from '../log/event.ts';
import { type Cut, cutOf } from '../watermarks/closing.ts';
import { decidedFactOf } from './decided-facts.ts';
import { DECISION_SCHEMAS } from './decisions.ts';
import { readFact } from './facts.ts';

/** Closed origins that are decided, with what counts of each. */
export type Closings = ReadonlyMap<Origin, Cut>;

/** No origin is closed. */
export const NO_CLOSINGS: Closings = new Map();

const closeDecidedSchema = decidedFactOf('close.decided', DECISION_SCHEMAS.close);
const PREFIX = 'close#';

/** The cut of one incarnation; absent until it is closed and every decision before is here. */
function cutIn(events: readonly LogEvent[], key: string): Cut | undefined {
  const records = events
    .map((event) => readFact({ schema: closeDecidedSchema }, event))
    .filter((fact) => fact?.payload.key === key);
  const last = gaplessDecisions(records.flatMap((fact) => fact?.payload ?? [])).at(-1);
  if (last?.decision.kind !== 'closed') return undefined;
  return cutOf(key.slice(PREFIX.length), last.decision.cut);
}

/**
 * The closings that these events decide. Order and repetition do not matter; events of other types are left out.
 * @param events of the entities `close#<origin>`, of all origins that write
 */
export function foldClosings(events: Iterable<LogEvent>): Closings {
  const byKey = Map.groupBy(events, ({ entity }) => entity);
  return new Map(
    [...byKey]
      .filter(([key]) => key.startsWith(PREFIX))
      .map(([key, ofKey]) => cutIn(ofKey, key))
      .filter((cut) => cut !== undefined)
      .map((cut) => [cut.origin, cut]),
  );
}
