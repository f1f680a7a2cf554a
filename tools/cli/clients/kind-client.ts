/** The API's operations on kinds, for the command line. */
import {
  type KindChangeView,
  kindChangeSchema,
  kindListSchema,
  kindSchema,
  type KindView,
} from '../../../lambdas/queue/contracts/api-kinds.ts';
import { type ActionKind, KIND_NAMES } from '../../../lambdas/actions/kinds.ts';
import { callApiPatiently } from './api-client.ts';
import { CliError } from '../cli-error.ts';
import { bodyOf } from './queue-client.ts';
import type { Target } from '../target/target.ts';

/** The word for every kind on the command line. */
export const ALL_KINDS = 'all';

/** Parses a kind, or {@link ALL_KINDS}, that the user typed. @throws {CliError} that lists the valid values */
export function readKind(text: string): ActionKind | typeof ALL_KINDS {
  if (text === ALL_KINDS) return ALL_KINDS;
  const parsed = kindSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CliError(`kind: expected one of ${[...KIND_NAMES, ALL_KINDS].join(', ')}; found ${text}`);
}

/** Every kind, paused or not. */
export async function listKinds(target: Target): Promise<readonly KindView[]> {
  const answer = await callApiPatiently(target, { method: 'GET', path: '/kinds' });
  return bodyOf(answer, kindListSchema).kinds;
}

/** Pauses a kind, or changes the reason of its pause. A repeated call changes nothing. */
export const pauseKind = async (target: Target, kind: ActionKind, reason: string): Promise<KindChangeView> =>
  bodyOf(
    await callApiPatiently(target, {
      method: 'POST',
      path: `/kinds/${kind}/pause`,
      body: JSON.stringify({ reason }),
    }),
    kindChangeSchema,
  );

/** Resumes a kind. A repeated call changes nothing. */
export const resumeKind = async (target: Target, kind: ActionKind): Promise<KindChangeView> =>
  bodyOf(await callApiPatiently(target, { method: 'POST', path: `/kinds/${kind}/resume` }), kindChangeSchema);
