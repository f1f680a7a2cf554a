/** Calls functions of a deployment as everything outside of the state machine does: by the alias `live`. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { FunctionName } from '../../../lib/shared/functions.ts';
import { TIME_LIMITS } from '../../../lambdas/shared/contracts/time-limits.ts';
import { LIVE_ALIAS, Stage } from '../../../lib/config/queue-config.ts';
import { deployedName } from '../target/function-environment.ts';
import type { StageTarget } from '../target/stage-target.ts';
import { withinLimit } from '../time-limit.ts';

/** What a function answered. */
export interface FunctionAnswer {
  /** As it came; `null` when the function answered nothing. */
  readonly payload: string;
  /** Whether the function failed; `payload` then says how. */
  readonly failed: boolean;
}

/** No function that is called by hand may take longer than the sweep: 50 s, and 20 s for a start and the way. */
const INVOKE_LIMIT_MS = (TIME_LIMITS.sweepTimeoutSeconds + 20) * 1_000;

/**
 * Invokes a function of the stage and waits for its answer. Unqualified it would always be the newest release, also while that is
 * on trial with a tenth of the traffic; only the local stage, where nothing is versioned, has no alias.
 * @throws {CliError} when no answer came in time: the function may be at work all the same
 * @throws {Error} of the SDK, when the function could not be invoked
 */
export async function invokeFunction(
  { client, stage }: Pick<StageTarget, 'client' | 'stage'>,
  name: FunctionName,
  event: unknown,
  limitMs: number = INVOKE_LIMIT_MS,
): Promise<FunctionAnswer> {
  const lambda = new LambdaClient(client);
  const qualified = stage === Stage.Local ? {} : { Qualifier: LIVE_ALIAS };
  try {
    const command = new InvokeCommand({
      FunctionName: deployedName(stage, name),
      ...qualified,
      Payload: JSON.stringify(event),
    });
    const { Payload, FunctionError } = await withinLimit(
      `${name} may be at work still`,
      limitMs,
      (abortSignal) => lambda.send(command, { abortSignal }),
    );
    return { payload: Payload?.transformToString() ?? 'null', failed: FunctionError !== undefined };
  } finally {
    lambda.destroy();
  }
}
