/**
 * Command identity: a command that is sent again, to any Region, is the same command.
 *
 * A client makes the id of its command and keeps it until the command is secured. Within a Region, the command record answers a repeated
 * command. Across Regions there is no check: both Regions write an event, and the fold counts one of them.
 */
import { canonicalJson, hashOf } from '../../shared/domain/hashing.ts';
import { accepted, refused } from '../change.ts';
import type { Result } from '../change.ts';
import type { EventId, LogEvent } from './event.ts';

/** Longest id that a client may choose; it becomes part of a key. */
export const MAX_COMMAND_ID_LENGTH = 128;

/** Start of the ids of decided events. Clients must not use it, because the id would look like an agreement's outcome. */
const DECIDED = 'decided:';

/** An id without blanks or control characters. */
const CLIENT_ID = /^[\w.:~@/+-]+$/;

/** Checks the id of a client's command. */
export function checkCommandId(id: string): Result<string, 'command_id'> {
  if (id.length > MAX_COMMAND_ID_LENGTH || !CLIENT_ID.test(id))
    return refused('command_id', 'commandId', `1 to ${MAX_COMMAND_ID_LENGTH} of A-Z a-z 0-9 . _ : ~ @ / + -`);
  if (id.startsWith(DECIDED))
    return refused('command_id', 'commandId', `an id that does not start with ${DECIDED}`);
  return accepted(id);
}

/**
 * Command id of an agreement's decision: every Region writes the event under the same id. A rebuilt table continues the numbers after the
 * last decision in the log, so it can reuse numbers of lost decisions; the generation in the id tells them apart.
 */
export const decidedCommandId = (agreementKey: string, number: number, generation = 1): string =>
  generation === 1
    ? `${DECIDED}${agreementKey}#${number}`
    : `${DECIDED}${agreementKey}#${generation}.${number}`;

/** Whether an event carries the outcome of an agreement. */
export const isDecided = ({ commandId }: Pick<LogEvent, 'commandId'>): boolean =>
  commandId.startsWith(DECIDED);

/** Hash of a command's request. The same id with another fingerprint is an error of the sender. */
export const fingerprintOf = (command: unknown): string => hashOf(command);

/** An event by name, with the entity that it belongs to. */
export interface EventRef {
  readonly entity: string;
  readonly id: EventId;
}

/** A Region's record of an accepted command. Written on the condition that it is absent. */
export interface CommandRecord {
  readonly commandId: string;
  readonly fingerprint: string;
  /** The command's events, in the order of the transaction. */
  readonly events: readonly EventRef[];
}

/**
 * What this Region knows about a command: nothing, or its events. The sender finds a lost answer this way. Refused if the id was used for
 * another command.
 */
export function recognise(
  record: CommandRecord | undefined,
  fingerprint: string,
): Result<readonly EventRef[] | undefined, 'command_id_reused'> {
  if (record === undefined) return accepted(undefined);
  if (record.fingerprint === fingerprint) return accepted(record.events);
  return refused('command_id_reused', 'commandId', 'the command that was first sent under this id');
}

/**
 * Whether two decided events contradict each other: the same outcome with different payloads. Both come from one item, so this is a defect
 * and raises an alarm. Commands of clients may differ: a person can press two buttons.
 */
export const contradict = (a: LogEvent, b: LogEvent): boolean =>
  isDecided(a) &&
  a.entity === b.entity &&
  a.commandId === b.commandId &&
  canonicalJson([a.type, a.payload]) !== canonicalJson([b.type, b.payload]);
