/** The API's operations on kinds as the command line uses them. */
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

/** A kind as it was typed. @throws {CliError} naming the kinds there are */
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

/** Pauses a kind, or gives another reason. Sent again it changes nothing. */
export const pauseKind = async (target: Target, kind: ActionKind, reason: string): Promise<KindChangeView> =>
  bodyOf(
    await callApiPatiently(target, {
      method: 'POST',
      path: `/kinds/${kind}/pause`,
      body: JSON.stringify({ reason }),
    }),
    kindChangeSchema,
  );

/** Puts a kind back to work. Sent again it changes nothing. */
export const resumeKind = async (target: Target, kind: ActionKind): Promise<KindChangeView> =>
  bodyOf(await callApiPatiently(target, { method: 'POST', path: `/kinds/${kind}/resume` }), kindChangeSchema);
