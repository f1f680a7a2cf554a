/** The API's operations on kinds, for the command line. */
import {
  type KindChangeView,
  kindChangeSchema,
  kindListSchema,
  kindSchema,
  type KindView,
} from '../../../lambdas/queue/contracts/api-kinds.ts';
import { ActionKind } from '../../../lambdas/actions/kinds.ts';
import { callApiPatiently } from './api-client.ts';
import { CliError } from '../cli-error.ts';
import { bodyOf } from './queue-client.ts';
import type { Target } from '../target/target.ts';

/** Parses a kind that the user typed. @throws {CliError} that lists the valid kinds */
export function readKind(text: string): ActionKind {
  const parsed = kindSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CliError(`kind: expected one of ${Object.values(ActionKind).join(', ')}; found ${text}`);
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
