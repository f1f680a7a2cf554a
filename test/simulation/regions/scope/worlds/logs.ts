/** Logs of Regions as states see them: sets of real events, accepted by the real rules and copied one by one. */
import type { Common } from '../../../../../lambdas/regions/folds/common.ts';
import { type EntityHead, planAccept } from '../../../../../lambdas/regions/log/accept.ts';
import type { ChainTip } from '../../../../../lambdas/regions/log/chain.ts';
import { laterOf } from '../../../../../lambdas/regions/log/hlc.ts';
import { sawAll } from '../../../../unit/regions/folds/history.ts';
import type { Hlc, LogEvent, Origin } from '../../../../../lambdas/regions/log/event.ts';
import type { CommandResult } from '../../../../../lambdas/regions/commands/plan.ts';
import type { Step } from '../explore.ts';

/** Events of a Region, by number, sorted. A number names an event in this thread. */
export type Log = readonly number[];

const events: LogEvent[] = [];
const numbers = new Map<string, number>();

function numberOfEvent(event: LogEvent): number {
  const known = numbers.get(event.hash);
  if (known !== undefined) return known;
  numbers.set(event.hash, events.length);
  return events.push(event) - 1;
}

/** Events of a log, in the order in which this thread first made them. */
export const eventsIn = (log: Log): readonly LogEvent[] =>
  log.map((number) => {
    const event = events[number];
    if (event === undefined) throw new RangeError(`no event ${number}`);
    return event;
  });

/** A log with more events. */
export const withEvents = (log: Log, added: Log): Log =>
  [...new Set([...log, ...added])].toSorted((a, b) => a - b);

/** What an origin keeps of its own numbering, made again from its own events. */
function numberingOf(log: Log, origin: Origin) {
  const heads = new Map<string, EntityHead>();
  const tips = new Map<string, ChainTip>();
  for (const { entity, entitySeq, hlc, chain, chainSeq, hash, ...event } of eventsIn(log)) {
    if (event.origin !== origin) continue;
    if (entitySeq > (heads.get(entity)?.version ?? 0))
      heads.set(entity, { entity, origin, version: entitySeq, hlc });
    if (chainSeq > (tips.get(chain)?.version ?? 0)) tips.set(chain, { chain, version: chainSeq, hash });
  }
  return { heads, tips };
}

/** The log after a command, or undefined if the command is refused. */
export function acceptedInto(
  log: Log,
  origin: Origin,
  nowMs: number,
  command: CommandResult,
): Log | undefined {
  if (!command.ok) return undefined;
  const plan = planAccept({ origin, nowMs, lane: 0, ...numberingOf(log, origin) }, command.value.drafts);
  return plan.ok ? withEvents(log, plan.value.events.map(numberOfEvent)) : undefined;
}

/** Each event that another log has arrives in this one. */
export function* copies<S extends object>(
  to: string,
  log: Log,
  sources: readonly Log[],
  stateWith: (log: Log) => S,
): Generator<Step<S>> {
  for (const number of new Set(sources.flat()))
    if (!log.includes(number)) {
      const event = events[number];
      yield {
        says: `${event?.id ?? ''} ${event?.type ?? ''} comes to ${to}`,
        to: stateWith(withEvents(log, [number])),
      };
    }
}

/** What a writer has seen of an entity, and the latest time of that. */
export function stateOfEntity(log: Log, entity: string): Pick<Common, 'seen' | 'latestHlc'> {
  const own = eventsIn(log).filter((event) => event.entity === entity);
  const latestHlc = own
    .map(({ hlc }) => hlc)
    .reduce<Hlc | undefined>((latest, hlc) => laterOf(latest, hlc), undefined);
  return { seen: sawAll(...own), ...(latestHlc !== undefined && { latestHlc }) };
}
