/**
 * What a command becomes: drafts of events, and the items that it changes in the same transaction.
 *
 * Invariant 1: a command is planned from what this Region has folded and from its own rights. No other Region is asked.
 * Invariant 2: a command is refused only for what no event of another Region can make right: a wrong form, or a fact that is decided
 * or that never goes away. What another Region may know better is accepted, and waits.
 * Invariant 3: what is planned can be read: every draft fits the schema that the fold reads it with.
 */
import * as z from 'zod/mini';
import { type Add, accepted, type Put, refused, type Refusal, type Result } from '../change.ts';
import type { Draft } from '../log/accept.ts';
import { checkCommandId, type EventRef, fingerprintOf } from '../log/command.ts';
import type { JsonValue } from '../log/event.ts';
import type { Common } from '../folds/common.ts';
import { PAYLOAD_VERSION } from '../folds/facts.ts';
import { commandsOf, type Fact, type Kept } from '../folds/kept.ts';
import type { CountedMark } from '../rights/region-item.ts';
import type { SlotChange } from '../rights/slots.ts';

/** A command as a client or a function of this Region sends it. */
export interface CommandEnvelope {
  /** Made by the sender and kept until the command is secured. */
  readonly commandId: string;
  /** Clock of this Region, in ms since 1970. */
  readonly nowMs: number;
  /** Keys that personal fields of the payload are sealed with, sorted. @default none */
  readonly keys?: readonly string[];
}

/** What a command becomes: one transaction of this Region. */
export interface CommandPlan {
  /** Events; at least one, all under the command's id. */
  readonly drafts: readonly Draft[];
  /** What is spent. Each tests that the slot has it; redelivery fails on the command record. */
  readonly spends: readonly Add[];
  /** What is put back. Each has a mark that makes redelivery fail. */
  readonly releases: readonly (Put<CountedMark> | SlotChange)[];
}

/** Why a command is refused. `refusals.ts` says what each command may answer. */
export type CommandRefusal =
  | 'command_id'
  | 'invalid'
  | 'erased'
  | 'not_in_cart'
  | 'cart_full'
  | 'same_cart'
  | 'empty_cart'
  | 'epoch_closed'
  | 'cart_changed'
  | 'price_missing'
  | 'too_many_items'
  | 'too_large'
  | 'already_ended'
  | 'over_claimed'
  | 'not_held'
  | 'nothing_to_do';

/** The answer to a command. */
export type CommandResult = Result<CommandPlan, CommandRefusal>;

/** One event of a command, before it is checked. */
export interface EventPart {
  readonly entity: string;
  /** What this Region has folded of the entity. */
  readonly state: Pick<Common, 'seen' | 'latestHlc'>;
  readonly schema: z.ZodMiniType;
  readonly type: string;
  readonly payload: JsonValue;
  /** In ms since 1970. @default none */
  readonly deadlineAtMs?: number;
}

const firstIssue = ({ schema, type, payload }: EventPart): Refusal<'invalid'> | undefined => {
  const issue = z.safeParse(schema, { type, payload }).error?.issues[0];
  if (issue === undefined) return undefined;
  return { code: 'invalid', field: issue.path.map(String).join('.'), expected: issue.message };
};

const draftOf = (part: EventPart, { commandId, keys }: CommandEnvelope, fingerprint: string): Draft => ({
  content: {
    entity: part.entity,
    type: part.type,
    schemaVersion: PAYLOAD_VERSION,
    commandId,
    seen: part.state.seen,
    ...(part.deadlineAtMs !== undefined && { deadlineAtMs: part.deadlineAtMs }),
    ...(keys !== undefined && keys.length > 0 && { keys }),
    payload: part.payload,
  },
  fingerprint,
  ...(part.state.latestHlc !== undefined && { seenHlc: part.state.latestHlc }),
});

/**
 * Plans the events of a command that was checked.
 * @param asked - what the sender asked for; the same id with something else is another command by mistake
 */
export function planEvents(
  envelope: CommandEnvelope,
  asked: unknown,
  parts: readonly EventPart[],
  changes: Partial<Pick<CommandPlan, 'spends' | 'releases'>> = {},
): CommandResult {
  const issue = parts.map(firstIssue).find((found) => found !== undefined);
  if (issue !== undefined) return { ok: false, refusal: issue };
  const fingerprint = fingerprintOf(asked);
  return accepted({
    drafts: parts.map((part) => draftOf(part, envelope, fingerprint)),
    spends: changes.spends ?? [],
    releases: changes.releases ?? [],
  });
}

/** The same for a command of a client: its id is checked too. */
export function planClientEvents(
  envelope: CommandEnvelope,
  asked: unknown,
  parts: readonly EventPart[],
  changes?: Partial<Pick<CommandPlan, 'spends' | 'releases'>>,
): CommandResult {
  const id = checkCommandId(envelope.commandId);
  return id.ok ? planEvents(envelope, asked, parts, changes) : id;
}

/** A refusal, with the names that this folder knows. */
export const refuse = (code: CommandRefusal, field: string, expected: string): CommandResult =>
  refused(code, field, expected);

/**
 * Events that a command already became, in this Region or in another one whose copy is here. A command that is known is answered with
 * them and not planned again; one whose copy has not arrived is planned, and the fold counts one of both.
 */
export const knownEvents = (entity: string, kept: Kept<Fact>, commandId: string): readonly EventRef[] =>
  commandsOf(kept)
    .flat()
    .filter((copy) => copy.commandId === commandId)
    .map(({ id }) => ({ entity, id }));
