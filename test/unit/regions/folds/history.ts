/** Realistic histories of one entity: late, reordered, duplicated and lost copies, and retried commands. */
import { fc } from '@fast-check/vitest';
import type { Hlc, JsonValue, LogEvent, Seen } from '../../../../lambdas/regions/log/event.ts';
import { eventIdOf } from '../../../../lambdas/regions/log/event.ts';
import { hold, nothingHeld, seenOf } from '../../../../lambdas/regions/folds/held.ts';

/** The part of an event that a test specifies; the rest is derived. */
export interface EventSpec {
  readonly entity: string;
  /** Region letter; the origin is `<letter>.1`. */
  readonly at: string;
  readonly seq: number;
  readonly type: string;
  readonly payload: JsonValue;
  /** @default `<letter><seq>` */
  readonly commandId?: string;
  /** @default nothing */
  readonly seen?: Seen;
  /** Wall part of the clock. @default 1,000 × seq */
  readonly wallMs?: number;
  readonly schemaVersion?: number;
  readonly deadlineAtMs?: number;
}

/** Makes an event from its specification. */
export const eventOf = (spec: EventSpec): LogEvent => ({
  entity: spec.entity,
  id: eventIdOf(`${spec.at}.1`, spec.seq),
  origin: `${spec.at}.1`,
  entitySeq: spec.seq,
  chain: `${spec.at}.1#0.0`,
  chainSeq: spec.seq,
  type: spec.type,
  schemaVersion: spec.schemaVersion ?? 1,
  hlc: { wallMs: spec.wallMs ?? spec.seq * 1_000, counter: 0 },
  commandId: spec.commandId ?? `${spec.at}${spec.seq}`,
  seen: spec.seen ?? { vector: {}, beyond: [] },
  ...(spec.deadlineAtMs !== undefined && { deadlineAtMs: spec.deadlineAtMs }),
  payload: spec.payload,
  prev: '',
  body: '',
  hash: '',
});

/** The causal context of a Region that has folded these events. */
export function sawAll(...events: readonly LogEvent[]): Seen {
  const held = nothingHeld();
  for (const { origin, entitySeq } of events) hold(held, origin, entitySeq);
  return seenOf(held);
}

/** One step of a random history. */
export type Step =
  | { readonly kind: 'write'; readonly region: number; readonly draft: Draft; readonly skewMs: number }
  | { readonly kind: 'retry'; readonly region: number; readonly pick: number; readonly skewMs: number }
  | { readonly kind: 'copy'; readonly region: number; readonly pick: number };

/** The write: type and payload. */
export interface Draft {
  readonly type: string;
  readonly payload: JsonValue;
  /** @default the number of the event in the history */
  readonly commandId?: string;
}

const REGIONS = ['a', 'b', 'c'];

const later = (a: Hlc, b: Hlc): Hlc => ((a.wallMs - b.wallMs || a.counter - b.counter) < 0 ? b : a);

/** A command's time: after the wall clock, which may be wrong, and after all seen events. */
function clockAfter(wallMs: number, seen: readonly LogEvent[]): Hlc {
  const latest = seen.map(({ hlc }) => hlc).reduce(later, { wallMs: 0, counter: 0 });
  return wallMs > latest.wallMs ? { wallMs, counter: 0 } : { ...latest, counter: latest.counter + 1 };
}

/** Regions that accept commands, and copies that are delivered one by one. */
export class World {
  /** All events, in the order in which they were accepted. */
  readonly log: LogEvent[] = [];
  private readonly at = REGIONS.map((): LogEvent[] => []);
  private readonly entity: string;

  constructor(entity: string) {
    this.entity = entity;
  }

  /** Events that a Region has. */
  heldAt(region: number): readonly LogEvent[] {
    return this.at[region] ?? [];
  }

  /** An event arrives in a Region. */
  receive(region: number, event: LogEvent): void {
    this.at[region]?.push(event);
  }

  /** Accepts an event in a Region. */
  write(region: number, draft: Draft, skewMs: number): LogEvent {
    const held = this.at[region] ?? [];
    const letter = REGIONS[region] ?? 'a';
    const seq = 1 + held.filter(({ origin }) => origin === `${letter}.1`).length;
    const event = {
      ...eventOf({
        entity: this.entity,
        at: letter,
        seq,
        ...draft,
        commandId: draft.commandId ?? `c${this.log.length}`,
      }),
      seen: sawAll(...held),
      hlc: clockAfter(this.log.length * 10 + skewMs, held),
    };
    held.push(event);
    this.log.push(event);
    return event;
  }

  /** Takes one step. A step that is not possible does nothing. */
  take(step: Step): void {
    if (step.kind === 'write') return void this.write(step.region, step.draft, step.skewMs);
    const event = this.log[step.pick % Math.max(1, this.log.length)];
    const held = this.at[step.region] ?? [];
    if (event === undefined || held.includes(event)) return;
    if (step.kind === 'copy') return void held.push(event);
    if (!held.some(({ commandId }) => commandId === event.commandId))
      this.write(step.region, event, step.skewMs);
  }
}

const region = fc.nat({ max: REGIONS.length - 1 });
const pick = fc.nat({ max: 30 });
const skewMs = fc.integer({ min: -300, max: 300 });

/** Random histories of one entity; writes come from `draft`. */
export const historyOf = (entity: string, draft: fc.Arbitrary<Draft>, maxLength = 14): fc.Arbitrary<World> =>
  fc
    .array(
      fc.oneof(
        { weight: 5, arbitrary: fc.record({ kind: fc.constant('write' as const), region, draft, skewMs }) },
        { weight: 4, arbitrary: fc.record({ kind: fc.constant('copy' as const), region, pick }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('retry' as const), region, pick, skewMs }) },
      ),
      { maxLength },
    )
    .map((steps: readonly Step[]) => {
      const world = new World(entity);
      for (const step of steps) world.take(step);
      return world;
    });

/** The same events in another order, some of them twice. */
export const delivered = (events: readonly LogEvent[]): fc.Arbitrary<readonly LogEvent[]> =>
  fc
    .tuple(fc.shuffledSubarray([...events], { minLength: events.length }), fc.subarray([...events]))
    .chain(([once, again]) =>
      fc.shuffledSubarray([...once, ...again], { minLength: once.length + again.length }),
    );

/** A field of an event's payload. */
export const fieldOf = ({ payload }: LogEvent, name: string): JsonValue | undefined =>
  Object.entries<JsonValue>(Object(payload)).find(([key]) => key === name)?.[1];
