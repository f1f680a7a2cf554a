/** Starts one worker of each function that the first action would otherwise wait for. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { FunctionName } from '../../lib/shared/functions.ts';
import { LOCAL_REGION, type AwsKeys } from './cdk.ts';
import type { LocalOutputs } from './outputs.ts';

const NO_RECORDS = { Records: [] };

/** A request of API Gateway for a path that no function serves. */
const NO_ROUTE = {
  version: '2.0',
  routeKey: 'GET /warm-up',
  rawPath: '/warm-up',
  rawQueryString: '',
  headers: {},
  requestContext: { http: { method: 'GET', path: '/warm-up' }, stage: '$default', requestId: 'warm-up' },
  isBase64Encoded: false,
};

/**
 * What each function answers without doing anything. The workers of actions are not among them: they refuse whatever is
 * no task by throwing, which ends the very worker that was started.
 */
export const WARM_UP_EVENTS = {
  'enqueue-action': NO_ROUTE,
  'read-actions': NO_ROUTE,
  'publish-transitions': NO_RECORDS,
  'update-card': NO_RECORDS,
} as const satisfies Partial<Record<FunctionName, object>>;

/** A function that has not answered by then is started by the first action instead. */
const WARM_UP_LIMIT_MS = 60_000;

/**
 * Invokes each function once, and waits for the answers; what they are does not matter. One that cannot be had is told and
 * passed over: the environment is up without it, and its first action is slower.
 */
export async function warmUp(
  { awsEndpointUrl: endpoint, functions }: Pick<LocalOutputs, 'awsEndpointUrl' | 'functions'>,
  keys: AwsKeys,
  say: (text: string) => void,
  limitMs: number = WARM_UP_LIMIT_MS,
): Promise<void> {
  const client = new LambdaClient({ region: LOCAL_REGION, endpoint, credentials: keys });
  const abortSignal = AbortSignal.timeout(limitMs);
  const invoke = async ([name, event]: [string, object]): Promise<void> => {
    const command = new InvokeCommand({ FunctionName: functions[name], Payload: JSON.stringify(event) });
    try {
      await client.send(command, { abortSignal });
    } catch (thrown) {
      const why = abortSignal.aborted ? `no answer within ${limitMs / 1_000} s` : String(thrown);
      say(`${name} is not warmed up, its first action will be slower: ${why}`);
    }
  };
  await Promise.all(Object.entries(WARM_UP_EVENTS).map(invoke));
  client.destroy();
}
