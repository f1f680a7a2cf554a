/**
 * Decided events: they carry the outcome of an agreement into the log, where folds read it.
 *
 * Invariants
 * 1. The content is made from the item alone, so that every Region writes the same content.
 * 2. A command id has exactly one content. A different content under the same id is a defect and raises an alarm.
 */
import { canonicalJson } from '../../shared/domain/hashing.ts';
import { decidedCommandId } from '../log/command.ts';
import type { JsonValue } from '../log/event.ts';
import type { AgreementItem, PendingDecision } from './item.ts';

/** Version of the payload. */
export const DECIDED_SCHEMA_VERSION = 1;

/** Payload of a decided event. */
export interface DecidedPayload {
  /** Key of the agreement. */
  readonly key: string;
  /** Generation of the table that decided, from 1. */
  readonly generation: number;
  /** Number of the decision within the agreement, from 1. */
  readonly number: number;
  /** The attempt that wrote it. */
  readonly attemptId: string;
  readonly decision: JsonValue;
}

/** Content of a decision's event, before it gets its number in a log. */
export interface DecidedContent {
  /** `decided:<key>#<number>`; from the second generation on it also names the generation. */
  readonly commandId: string;
  /** `<kind>.decided`, e.g. `order.decided`. */
  readonly type: string;
  readonly schemaVersion: number;
  readonly payload: DecidedPayload;
}

/** Kind of an agreement: the part of its key before the first `#`. */
export const kindOfKey = (key: string): string => key.split('#', 1)[0] ?? key;

/** Content of one decision's event. */
export const decidedContent = <S, D extends JsonValue>(
  item: Pick<AgreementItem<S, D>, 'key' | 'generation'>,
  { number, attemptId, decision, generation = item.generation }: PendingDecision<D>,
): DecidedContent => ({
  commandId: decidedCommandId(item.key, number, generation),
  type: `${kindOfKey(item.key)}.decided`,
  schemaVersion: DECIDED_SCHEMA_VERSION,
  payload: { key: item.key, generation, number, attemptId, decision },
});

/** Contents of the events of an item that are not yet secured in the log. Each Region's sweep writes those that it does not find there. */
export const owedEvents = <S, D extends JsonValue>(item: AgreementItem<S, D>): readonly DecidedContent[] =>
  item.pending.map((pending) => decidedContent(item, pending));

/** Command ids with more than one content: each raises an alarm. */
export function contradictions(contents: readonly DecidedContent[]): readonly string[] {
  const texts = new Map<string, Set<string>>();
  for (const { commandId, payload } of contents) {
    const seen = texts.get(commandId) ?? new Set();
    texts.set(commandId, seen.add(canonicalJson(payload)));
  }
  return [...texts].filter(([, seen]) => seen.size > 1).map(([commandId]) => commandId);
}
