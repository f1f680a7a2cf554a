/** Invokes functions of a deployment through the alias `live`, as every caller except the state machine does. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { FunctionName } from '../../../lib/shared/functions.ts';
import { TIME_LIMITS } from '../../../lambdas/shared/contracts/time-limits.ts';
import { LIVE_ALIAS, Stage } from '../../../lib/config/queue-config.ts';
import { deployedName } from '../target/function-environment.ts';
import type { StageTarget } from '../target/stage-target.ts';
import { withinLimit } from '../time-limit.ts';

/** A function's answer. */
export interface FunctionAnswer {
  /** The payload as received; `null` when the function answered nothing. */
  readonly payload: string;
  /** Whether the function failed; if so, `payload` is the error. */
  readonly failed: boolean;
}

/** The slowest function that is invoked manually is the sweep: 50 s, plus 20 s for the start and the network. */
const INVOKE_LIMIT_MS = (TIME_LIMITS.sweepTimeoutSeconds + 20) * 1_000;

/**
 * Invokes a function of the stage and waits for its answer. An unqualified call would always reach the newest release, even
 * while that release is on trial with a tenth of the traffic. Only the local stage has no alias, because it has no versions.
 * @throws {CliError} when no answer came in time; the function may still be running
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
      `${name} may still be running`,
      limitMs,
      (abortSignal) => lambda.send(command, { abortSignal }),
    );
    return { payload: Payload?.transformToString() ?? 'null', failed: FunctionError !== undefined };
  } finally {
    lambda.destroy();
  }
}
