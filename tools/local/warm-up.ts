/** Starts one worker of each function for which the first action would otherwise wait. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { FunctionName } from '../../lib/shared/functions.ts';
import { LOCAL_REGION, type AwsKeys } from './cdk.ts';
import type { LocalOutputs } from './outputs.ts';

const NO_RECORDS = { Records: [] };

/** An API Gateway request for a path that no function serves. */
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
 * Events that each function answers without an effect. The functions that run actions are left out: they throw on an unknown
 * task, and the throw ends the worker that was just started.
 */
export const WARM_UP_EVENTS = {
  'enqueue-action': NO_ROUTE,
  'read-actions': NO_ROUTE,
  'publish-transitions': NO_RECORDS,
  'update-card': NO_RECORDS,
} as const satisfies Partial<Record<FunctionName, object>>;

/** After this time the first action starts the function instead. */
const WARM_UP_LIMIT_MS = 60_000;

/**
 * Invokes each function once and waits for the answers, whose content does not matter. If a function does not answer, that is
 * reported and ignored: the environment works without it, and its first action is slower.
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
