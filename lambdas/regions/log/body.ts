/**
 * From content to bytes, once, at the origin; and from bytes to an event, at every reader.
 *
 * Invariant 1: `body` is written once. Copies, repairs and agreements carry the text itself: code that knows fewer fields would
 * write other bytes.
 * Invariant 2: a reader takes nothing from beside the body. Key attributes only have to agree with it.
 * Invariant 3: a reader refuses what is damaged and carries what it does not know. It throws nothing.
 */
import { hash } from 'node:crypto';
import { canonicalJson } from '../../shared/domain/hashing.ts';
import { accepted, refused } from '../change.ts';
import type { Result } from '../change.ts';
import { eventIdOf } from './event.ts';
import type { ChainId, EventContent, EventId, Hlc, LogEvent, Origin } from './event.ts';
import { chainFits, isOrigin } from './chain.ts';
import { isHlc } from './hlc.ts';
import { isSeen } from './seen.ts';

/** Longest body in UTF-8 bytes. The item stays below DynamoDB's 400 KB = 409,600 bytes with its keys and its hash. */
export const MAX_BODY_BYTES = 380_000;

/** An event's place in the log of its origin. */
export interface Place {
  readonly origin: Origin;
  /** Next number of the entity at this origin, from 1. */
  readonly entitySeq: number;
  readonly chain: ChainId;
  /** Next number of the chain, from 1. */
  readonly chainSeq: number;
  /** A time after everything that the writer had seen of the entity. */
  readonly hlc: Hlc;
  /** Hash of the chain's last event. */
  readonly prev: string;
}

/** An item of the table `Events`: the body, and copies of what it is found by. */
export interface StoredEvent {
  /** Partition key. */
  readonly entity: string;
  /** Sort key. */
  readonly id: EventId;
  /** Partition key of the index `byChain`. */
  readonly chain: ChainId;
  /** Sort key of the index `byChain`. */
  readonly chainSeq: number;
  /** SHA-256 of the body, 64 hex digits; what the bytes are checked against. */
  readonly hash: string;
  readonly body: string;
}

/** Why bytes are not an event. */
export type BodyRefusal = 'body_hash' | 'body_form' | 'body_field' | 'body_key' | 'body_size';

/** SHA-256 of a body's UTF-8 bytes, 64 hex digits. */
export const hashOfBody = (body: string): string => hash('sha256', body);

/**
 * Writes the event of `content` at `place`. The event is read back from its own bytes, so its writer sees what every reader sees.
 * Refused if the content has no JSON form, does not make a valid event or is too long.
 */
export function sealEvent(place: Place, content: EventContent): Result<LogEvent, BodyRefusal> {
  const fields = { ...content, ...place };
  const body = textOf(Object.fromEntries(RULES.map(({ field }) => [field, fields[field]])));
  if (body === undefined) return refused('body_form', 'payload', 'a value with a JSON form');
  if (Buffer.byteLength(body) > MAX_BODY_BYTES)
    return refused('body_size', 'payload', `a body of at most ${MAX_BODY_BYTES} bytes`);
  return parseBody(body, hashOfBody(body));
}

function textOf(fields: object): string | undefined {
  try {
    return canonicalJson(fields);
  } catch {
    return undefined;
  }
}

/** The attributes of an event's item. */
export const storedFormOf = ({ entity, id, chain, chainSeq, hash: digest, body }: LogEvent): StoredEvent => ({
  entity,
  id,
  chain,
  chainSeq,
  hash: digest,
  body,
});

/**
 * The event of a stored or copied item. Refused with `body_hash` if the bytes are not what their hash says, with `body_key` if the
 * item is found under another name than its own: both mean that the copy is damaged and goes to quarantine.
 */
export function readEvent(item: StoredEvent): Result<LogEvent, BodyRefusal> {
  const digest = hashOfBody(item.body);
  if (digest !== item.hash) return refused('body_hash', 'hash', digest);
  const read = parseBody(item.body, digest);
  if (!read.ok) return read;
  return isFoundAs(item, read.value) ? read : firstWrongKey(item, read.value);
}

const isFoundAs = (item: StoredEvent, event: LogEvent): boolean =>
  item.entity === event.entity &&
  item.id === event.id &&
  item.chain === event.chain &&
  item.chainSeq === event.chainSeq;

function firstWrongKey(item: StoredEvent, event: LogEvent): Result<LogEvent, BodyRefusal> {
  const wrong = KEYS.find((key) => item[key] !== event[key]) ?? 'id';
  return refused('body_key', wrong, String(event[wrong]));
}

const KEYS = ['entity', 'id', 'chain', 'chainSeq'] as const;

/** The event of a body alone, for bytes that come without an item: from an S3 log or from an agreement. */
export const readBody = (body: string): Result<LogEvent, BodyRefusal> => parseBody(body, hashOfBody(body));

function parseBody(body: string, digest: string): Result<LogEvent, BodyRefusal> {
  const fields = objectOf(body);
  if (fields === undefined) return refused('body_form', 'body', 'a JSON object');
  if (!isEnvelope(fields)) return firstWrong(fields);
  const event = eventOf(fields, body, digest);
  return chainFits(event)
    ? accepted(event)
    : refused('body_field', 'chain', 'a chain of its origin and shard');
}

type Fields = Partial<Record<string, unknown>>;

/** Every rule by name: a loop over the rules costs as much as parsing. {@link firstWrong} names the field, if one is wrong. */
const isEnvelope = (fields: Fields): fields is Fields & Place & EventContent =>
  isText(fields['entity']) &&
  isOriginName(fields['origin']) &&
  isNumber(fields['entitySeq']) &&
  isText(fields['chain']) &&
  isNumber(fields['chainSeq']) &&
  isText(fields['type']) &&
  isNumber(fields['schemaVersion']) &&
  isHlc(fields['hlc']) &&
  isText(fields['commandId']) &&
  isSeen(fields['seen']) &&
  isDeadline(fields['deadlineAtMs']) &&
  areKeyIds(fields['keys']) &&
  fields['payload'] !== undefined &&
  isHash(fields['prev']);

function firstWrong(fields: Fields): Result<LogEvent, BodyRefusal> {
  const wrong = RULES.find(({ field, holds }) => !holds(fields[field]));
  return refused('body_field', wrong?.field ?? 'body', wrong?.expected ?? 'an envelope');
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function objectOf(body: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Only known fields are taken over; unknown ones stay in the body, where newer code finds them. */
const eventOf = (fields: Place & EventContent, body: string, digest: string): LogEvent => {
  const event = requiredOf(fields, body, digest);
  const { deadlineAtMs, keys } = fields;
  if (deadlineAtMs === undefined && keys === undefined) return event;
  return {
    ...event,
    ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
    ...(keys === undefined ? {} : { keys }),
  };
};

const requiredOf = (fields: Place & EventContent, body: string, digest: string): LogEvent => ({
  id: eventIdOf(fields.origin, fields.entitySeq),
  entity: fields.entity,
  origin: fields.origin,
  entitySeq: fields.entitySeq,
  chain: fields.chain,
  chainSeq: fields.chainSeq,
  type: fields.type,
  schemaVersion: fields.schemaVersion,
  hlc: fields.hlc,
  commandId: fields.commandId,
  seen: fields.seen,
  payload: fields.payload,
  prev: fields.prev,
  body,
  hash: digest,
});

interface Rule {
  readonly field: keyof Place | keyof EventContent;
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.length > 0;
const isNumber = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0;
const isOriginName = (value: unknown): boolean => typeof value === 'string' && isOrigin(value);
const isDeadline = (value: unknown): boolean => value === undefined || isNumber(value);

/** 64 lower-case hex digits. A loop takes a tenth of a regular expression's time. */
function isHash(value: unknown): boolean {
  if (typeof value !== 'string' || value.length !== 64) return false;
  for (let at = 0; at < 64; at += 1) {
    const code = value.charCodeAt(at);
    const isHexDigit = (code >= 48 && code <= 57) || (code >= 97 && code <= 102);
    if (!isHexDigit) return false;
  }
  return true;
}

const areKeyIds = (value: unknown): boolean => value === undefined || isSortedTexts(value);
const isSortedTexts = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((text: unknown, at) => isText(text) && (at === 0 || String(value[at - 1]) < String(text)));

/** The fields of a body. By hand and not by schema: a schema's check costs as much as parsing and hashing together, and each event is read often. */
const RULES: readonly Rule[] = [
  { field: 'entity', expected: 'a text', holds: isText },
  {
    field: 'origin',
    expected: '<region>.<incarnation>',
    holds: isOriginName,
  },
  { field: 'entitySeq', expected: 'a whole number from 1', holds: isNumber },
  { field: 'chain', expected: 'a text', holds: isText },
  { field: 'chainSeq', expected: 'a whole number from 1', holds: isNumber },
  { field: 'type', expected: 'a text', holds: isText },
  { field: 'schemaVersion', expected: 'a whole number from 1', holds: isNumber },
  { field: 'hlc', expected: 'wallMs to 2^48 - 1 and counter to 2^32 - 1', holds: isHlc },
  { field: 'commandId', expected: 'a text', holds: isText },
  { field: 'seen', expected: 'a vector and the ids beyond its holes, in order', holds: isSeen },
  {
    field: 'deadlineAtMs',
    expected: 'ms since 1970, or absent',
    holds: isDeadline,
  },
  {
    field: 'keys',
    expected: 'key ids in order, or absent',
    holds: areKeyIds,
  },
  { field: 'payload', expected: 'a JSON value', holds: (value) => value !== undefined },
  { field: 'prev', expected: '64 hex digits', holds: isHash },
];
