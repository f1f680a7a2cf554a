/** The context of one Lambda invocation, with a test's clock. */
import type { Context } from 'aws-lambda';
import { POLICY } from '../../lambdas/queue/domain/task/policy.ts';
import type { Clock } from '../../lambdas/shared/domain/ports.ts';

const unused = (): void => undefined;

/** An invocation that starts now and has `timeoutSeconds`; @default the worker's */
export function lambdaContext(
  clock: Pick<Clock, 'nowMs'>,
  timeoutSeconds: number = POLICY.workerTimeoutSeconds,
): Context {
  const endsAtMs = clock.nowMs() + timeoutSeconds * 1_000;
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'run-action',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:run-action',
    memoryLimitInMB: '512',
    awsRequestId: 'request',
    logGroupName: 'group',
    logStreamName: 'stream',
    getRemainingTimeInMillis: () => Math.max(0, endsAtMs - clock.nowMs()),
    done: unused,
    fail: unused,
    succeed: unused,
  };
}

/** The remaining time of an invocation that starts now. @param timeoutSeconds @default the worker's */
export const remainingMsFrom = (clock: Pick<Clock, 'nowMs'>, timeoutSeconds?: number): (() => number) => {
  const context = lambdaContext(clock, timeoutSeconds);
  return () => context.getRemainingTimeInMillis();
};
