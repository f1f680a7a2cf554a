/**
 * The plan of a command: drafts of events, and the items that change in the same transaction.
 *
 * Invariant 1: a command is planned from what this Region has folded and from its own rights. No other Region is asked.
 * Invariant 2: a command is refused only if no event of another Region can make it valid: its form is wrong, or a fact is decided or
 * permanent. If another Region may know more, the command is accepted and waits.
 * Invariant 3: every draft fits the schema with which the fold reads it.
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
  /** Keys with which personal fields of the payload are sealed, sorted. @default none */
  readonly keys?: readonly string[];
}

/** The plan of a command: one transaction of this Region. */
export interface CommandPlan {
  /** Events; at least one, all under the command's id. */
  readonly drafts: readonly Draft[];
  /** Pieces to spend. Each write tests that the slot has them; redelivery fails on the command record. */
  readonly spends: readonly Add[];
  /** Pieces to put back. Each has a mark that makes redelivery fail. */
  readonly releases: readonly (Put<CountedMark> | SlotChange)[];
}

/** Why a command is refused. `refusals.ts` lists the refusals of each command. */
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
 * Plans the events of a validated command.
 * @param asked - what the sender asked for; the same id with another request is an error of the sender
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

/** Like `planEvents`, for a command of a client: its id is checked too. */
export function planClientEvents(
  envelope: CommandEnvelope,
  asked: unknown,
  parts: readonly EventPart[],
  changes?: Partial<Pick<CommandPlan, 'spends' | 'releases'>>,
): CommandResult {
  const id = checkCommandId(envelope.commandId);
  return id.ok ? planEvents(envelope, asked, parts, changes) : id;
}

/** A refusal with a code of this folder. */
export const refuse = (code: CommandRefusal, field: string, expected: string): CommandResult =>
  refused(code, field, expected);

/**
 * Events of a command that was already accepted, in this Region or in another one whose copy has arrived. A known command is answered with
 * these events and not planned again. If the copy has not arrived, the command is planned, and the fold counts one of the two.
 */
export const knownEvents = (entity: string, kept: Kept<Fact>, commandId: string): readonly EventRef[] =>
  commandsOf(kept)
    .flat()
    .filter((copy) => copy.commandId === commandId)
    .map(({ id }) => ({ entity, id }));
