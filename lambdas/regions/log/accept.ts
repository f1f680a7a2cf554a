/**
 * The log's part of accepting commands: the events to write and their conditions.
 *
 * Invariant 1: one transaction of this Region writes event, entity head, chain tip and command record, or nothing. Therefore both
 * numberings have no gaps.
 * Invariant 2: all numbers belong to the writing incarnation. State of another incarnation is refused. The plan asks no other Region. The
 * caller adds the command's spends to the same transaction.
 */
import { accepted, refused, unchanged } from '../change.ts';
import type { Put, Result } from '../change.ts';
import { sealEvent, storedFormOf } from './body.ts';
import type { BodyRefusal, StoredEvent } from './body.ts';
import { chainOf, emptyTip, LANES, shardOf } from './chain.ts';
import type { ChainTip } from './chain.ts';
import type { CommandRecord, EventRef } from './command.ts';
import type { ChainId, EventContent, Hlc, LogEvent, Origin } from './event.ts';
import { laterOf, nextHlc } from './hlc.ts';
import { seenUpTo } from './seen.ts';

/** Position of an origin in the numbering of an entity. */
export interface EntityHead {
  readonly entity: string;
  readonly origin: Origin;
  /** `entitySeq` of the origin's last event; also the version of the item. */
  readonly version: number;
  /** Time of the origin's last event. */
  readonly hlc: Hlc;
}

/** A command's event before it is numbered. */
export interface Draft {
  readonly content: EventContent;
  /** Hash of the command's request. */
  readonly fingerprint: string;
  /** Latest time among the events that `content.seen` names; absent if it names nothing. */
  readonly seenHlc?: Hlc;
}

/** Input of a plan, read strongly in this Region. */
export interface AcceptState {
  readonly origin: Origin;
  /** This Region's wall clock, in ms since 1970. */
  readonly nowMs: number;
  /** Lane of this attempt, 0 to 3; after a conflict the next attempt uses another one. */
  readonly lane: number;
  /** Heads by entity; an entity that this origin never wrote has no head. */
  readonly heads: ReadonlyMap<string, EntityHead>;
  /** Tips by chain; a chain without events has no tip. */
  readonly tips: ReadonlyMap<ChainId, ChainTip>;
}

/** The writes of one transaction. */
export interface AcceptPlan {
  /** The events, in the order of the drafts. */
  readonly events: readonly LogEvent[];
  /** Puts of the table `Events`. */
  readonly items: readonly Put<StoredEvent>[];
  readonly heads: readonly Put<EntityHead>[];
  readonly tips: readonly Put<ChainTip>[];
  readonly commands: readonly Put<CommandRecord>[];
}

/** Why drafts cannot be written. */
export type AcceptRefusal = BodyRefusal | 'lane' | 'incarnation' | 'seen_ahead' | 'clock';

/** Key of an entity's head. Every key begins with the incarnation. */
export const headKeyOf = (origin: Origin, entity: string): string => `${origin}#head#${entity}`;
/** Key of a chain's tip. */
export const tipKeyOf = (chain: ChainId): string => `${chain}#tip`;
/** Key of a command's record. */
export const commandKeyOf = (origin: Origin, commandId: string): string => `${origin}#command#${commandId}`;
/** Key of an event's item. */
export const eventKeyOf = ({ entity, id }: EventRef): string => `${entity}|${id}`;

/**
 * Plans the events of one or more commands as one transaction. Drafts of one entity or one chain follow each other in the order
 * given. If any draft is refused, nothing is planned.
 */
export function planAccept(state: AcceptState, drafts: readonly Draft[]): Result<AcceptPlan, AcceptRefusal> {
  if (!Number.isInteger(state.lane) || state.lane < 0 || state.lane >= LANES)
    return refused('lane', 'lane', `0 to ${LANES - 1}`);
  const heads = new Map<string, EntityHead>();
  const tips = new Map<ChainId, ChainTip>();
  const events: LogEvent[] = [];
  for (const draft of drafts) {
    const placed = place(state, draft, heads, tips);
    if (!placed.ok) return placed;
    events.push(placed.value);
    heads.set(placed.value.entity, headAfter(placed.value));
    tips.set(placed.value.chain, tipAfter(placed.value));
  }
  return accepted(planOf(state, drafts, events, heads, tips));
}

/** The draft's event, numbered after the stored events and the earlier ones of this plan. */
function place(
  state: AcceptState,
  { content, seenHlc }: Draft,
  heads: ReadonlyMap<string, EntityHead>,
  tips: ReadonlyMap<ChainId, ChainTip>,
): Result<LogEvent, AcceptRefusal> {
  const { origin, nowMs, lane } = state;
  const chain = chainOf(origin, shardOf(content.entity), lane);
  const head = heads.get(content.entity) ?? state.heads.get(content.entity);
  const tip = tips.get(chain) ?? state.tips.get(chain) ?? emptyTip(chain);
  if ((head !== undefined && head.origin !== origin) || tip.chain !== chain)
    return refused('incarnation', 'origin', `state of ${origin}`);
  const reached = head?.version ?? 0;
  if (seenUpTo(content.seen, origin) > reached)
    return refused('seen_ahead', 'seen', `at most ${reached} of ${origin}`);
  const hlc = nextHlc(nowMs, laterOf(head?.hlc, seenHlc));
  if (hlc === undefined) return refused('clock', 'hlc', 'a time before the end of the clock');
  const numbers = { entitySeq: reached + 1, chainSeq: tip.version + 1 };
  return sealEvent({ origin, chain, hlc, prev: tip.hash, ...numbers }, content);
}

const headAfter = ({ entity, origin, entitySeq, hlc }: LogEvent): EntityHead => ({
  entity,
  origin,
  version: entitySeq,
  hlc,
});

const tipAfter = ({ chain, chainSeq, hash }: LogEvent): ChainTip => ({ chain, version: chainSeq, hash });

const put = <T>(key: string, condition: Put<T>['condition'], next: T): Put<T> => ({
  kind: 'put',
  key,
  condition,
  next,
});

const planOf = (
  { origin, ...stored }: AcceptState,
  drafts: readonly Draft[],
  events: readonly LogEvent[],
  heads: ReadonlyMap<string, EntityHead>,
  tips: ReadonlyMap<ChainId, ChainTip>,
): AcceptPlan => ({
  events,
  items: events.map((event) => put(eventKeyOf(event), { kind: 'absent' }, storedFormOf(event))),
  heads: [...heads].map(([entity, head]) =>
    put(headKeyOf(origin, entity), unchanged(stored.heads.get(entity)), head),
  ),
  tips: [...tips].map(([chain, tip]) => put(tipKeyOf(chain), unchanged(stored.tips.get(chain)), tip)),
  commands: recordsOf(drafts, events).map((record) =>
    put(commandKeyOf(origin, record.commandId), { kind: 'absent' }, record),
  ),
});

/** One record per command, so that the events of a checkout are found together. */
function recordsOf(drafts: readonly Draft[], events: readonly LogEvent[]): readonly CommandRecord[] {
  const records = new Map<string, CommandRecord>();
  for (const [at, { entity, id, commandId }] of events.entries()) {
    const known = records.get(commandId);
    const fingerprint = known?.fingerprint ?? drafts[at]?.fingerprint ?? '';
    records.set(commandId, { commandId, fingerprint, events: [...(known?.events ?? []), { entity, id }] });
  }
  return [...records.values()];
}
