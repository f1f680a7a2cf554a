/**
 * Consistency token: the events that an answer was computed from. A client that sends it back learns whether this Region holds at least
 * these events.
 *
 * A token describes a read and grants no rights, so it is neither signed nor secret.
 */
import * as z from 'zod/mini';
import { canonicalJson } from '../../shared/domain/hashing.ts';
import { accepted, refused } from '../change.ts';
import type { Result } from '../change.ts';
import type { Origin, Seen } from './event.ts';
import { gapsBetween, isSeen, NOTHING_SEEN } from './seen.ts';
import type { Gap } from './seen.ts';

/** What was read of one entity. */
export interface TokenEntry {
  readonly entity: string;
  /** Its events that the answer was computed from. */
  readonly seen: Seen;
}

/** Most entities of one token. An answer names one, a checkout two. */
export const MAX_TOKEN_ENTRIES = 8;
/** Longest token in characters; a longer one does not fit into a header. */
export const MAX_TOKEN_LENGTH = 6_000;

const VERSION = 1;

const tokenSchema = z.strictObject({
  v: z.literal(VERSION),
  e: z
    .array(
      z.strictObject({
        entity: z.string().check(z.minLength(1)),
        seen: z.custom<Seen>(isSeen),
      }),
    )
    .check(z.minLength(1), z.maxLength(MAX_TOKEN_ENTRIES)),
});

/** The token as text for a header: base64url of its canonical JSON. */
export const encodeToken = (entries: readonly TokenEntry[]): string =>
  Buffer.from(canonicalJson({ v: VERSION, e: entries })).toString('base64url');

/** The entries of a token that a client sent. Refused if the text is not a token of this version. */
export function decodeToken(text: string): Result<readonly TokenEntry[], 'token'> {
  const refusal = refused('token', 'token', 'a token as an answer carried it');
  if (text.length > MAX_TOKEN_LENGTH) return refusal;
  try {
    const read = tokenSchema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return read.success ? accepted(read.data.e) : refusal;
  } catch {
    return refusal;
  }
}

/** Events of one entity that a token names and this Region does not hold. */
export interface TokenGap extends Gap {
  readonly entity: string;
}

/** Comparison of this Region with a token. `stale` and `lost` are both empty if the Region holds all of its events. */
export interface TokenAnswer {
  /** Not here yet: copying or a repair will deliver it. */
  readonly stale: readonly TokenGap[];
  /** Not here, and its origin was closed without it: no Region has it. */
  readonly lost: readonly TokenGap[];
}

/**
 * Compares a token with what this Region holds.
 * @param heldOf what this Region has folded of an entity; undefined for an unknown entity.
 * @param closed origins that are closed permanently and of which this Region holds everything that any survivor held.
 */
export function checkToken(
  token: readonly TokenEntry[],
  heldOf: (entity: string) => Seen | undefined,
  closed: ReadonlySet<Origin>,
): TokenAnswer {
  const gaps = token.flatMap(({ entity, seen }) =>
    gapsBetween(seen, heldOf(entity) ?? NOTHING_SEEN).map((gap) => ({ entity, ...gap })),
  );
  return {
    stale: gaps.filter(({ origin }) => !closed.has(origin)),
    lost: gaps.filter(({ origin }) => closed.has(origin)),
  };
}
