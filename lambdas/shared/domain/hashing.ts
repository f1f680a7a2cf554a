/** Identities and fingerprints: SHA-256 over RFC 8785 canonical JSON. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ActionKind } from '../../actions/kinds.ts';
import type { EffectResult } from '../../queue/contracts/records.ts';
import type { RunActionInput } from '../../queue/contracts/state-machine-io.ts';

/**
 * RFC 8785 form of a JSON value: the same bytes whatever the order of keys or the spelling of numbers.
 * @throws {TypeError} when the value has no JSON form.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('expected a value with a JSON form');
  return text;
}

/** SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex digits. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** SHA-256 of a value's canonical JSON, as 64 lower-case hex digits. */
export const hashOf = (value: unknown): string => sha256Hex(canonicalJson(value));

/**
 * Identity of a task: derived, so that the same request names the same task on every machine and in every Region.
 * 160 bits of SHA-256 in 45 characters; with a generation it stays under the 80 of an execution name.
 */
export const deriveTaskId = (quoteId: string, idempotencyKey: string): string =>
  `task-${hashOf(['quoteq/task', quoteId, idempotencyKey]).slice(0, 40)}`;

/** Hash of what was asked for; the same key with another hash is refused. */
export const taskHashOf = (quoteId: string, kind: ActionKind, payload: unknown): string =>
  hashOf({ quoteId, kind, payload });

/** Identity of the task's effect at its provider. It holds no attempt, generation or Region. */
export const effectKeyOf = (kind: ActionKind, taskId: string): string => `${kind}:${taskId}`;

/** Fingerprint of a result; compared on every replay. */
export const fingerprintOf = (result: EffectResult): string => hashOf(result);

/** Name of the execution that drives a generation; at most 80 characters (Step Functions' limit). */
export const executionNameOf = (taskId: string, generation: number): string => `${taskId}-${generation}`;

/**
 * Who claims for an execution: its own name. One that somebody started by hand under another name is another worker, so that its
 * crash ends no attempt of the task's own execution.
 */
export const workerIdOf = ({ taskId, generation, execution }: RunActionInput): string =>
  execution ?? executionNameOf(taskId, generation);

/** A fraction in [0, 1) that depends on the parts only: the same on every machine, spread evenly over tasks. */
export function fractionOf(...parts: readonly (string | number)[]): number {
  const bits = 48;
  return Number.parseInt(hashOf(parts).slice(0, bits / 4), 16) / 2 ** bits;
}
