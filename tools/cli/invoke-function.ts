/** Calls functions of a deployment as everything outside of the state machine does: by the alias `live`. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { FunctionName } from '../../lambdas/contracts/environment.ts';
import { LIVE_ALIAS, Stage } from '../../lib/config/queue-config.ts';
import { deployedName } from './function-environment.ts';
import type { StageTarget } from './stage-target.ts';

/** What a function answered. */
export interface FunctionAnswer {
  /** As it came; `null` when the function answered nothing. */
  readonly payload: string;
  /** Whether the function failed; `payload` then says how. */
  readonly failed: boolean;
}

/**
 * Invokes a function of the stage and waits for its answer. Unqualified it would always be the newest release, also while that is
 * on trial with a tenth of the traffic; only the local stage, where nothing is versioned, has no alias.
 * @throws {Error} of the SDK, when the function could not be invoked
 */
export async function invokeFunction(
  { client, stage }: Pick<StageTarget, 'client' | 'stage'>,
  name: FunctionName,
  event: unknown,
): Promise<FunctionAnswer> {
  const lambda = new LambdaClient(client);
  const qualified = stage === Stage.Local ? {} : { Qualifier: LIVE_ALIAS };
  try {
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({
        FunctionName: deployedName(stage, name),
        ...qualified,
        Payload: JSON.stringify(event),
      }),
    );
    return { payload: Payload?.transformToString() ?? 'null', failed: FunctionError !== undefined };
  } finally {
    lambda.destroy();
  }
}
