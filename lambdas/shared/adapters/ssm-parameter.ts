/** A parameter of SSM behind Powertools' cache; see `aws-request.ts` for why not the SDK's client. */
import { BaseProvider } from '@aws-lambda-powertools/parameters/base';
import * as z from 'zod/mini';
import { sendAwsRequest } from './aws-request.ts';

/** Two tries of 700 ms stay well inside Slack's three seconds. */
const REQUEST_TIMEOUT_MS = 700;
const TRIES = 2;

const answerSchema = z.object({ Parameter: z.object({ Value: z.string() }) });
/** The error's name may have the service's namespace in front of it. */
const NOT_FOUND = /"__type"\s*:\s*"[^"]*ParameterNotFound"/;

/** An answer that a second try may turn into a good one. */
const isPassing = ({ status }: Response): boolean => status === 429 || status >= 500;

async function request(name: string): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    try {
      const response = await sendAwsRequest({
        service: 'ssm',
        operation: 'AmazonSSM.GetParameter',
        body: { Name: name },
        timeoutMs: REQUEST_TIMEOUT_MS,
      });
      if (tries === TRIES || !isPassing(response)) return response;
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

/** Parameters of type String or StringList (a StringList is comma-separated). */
class SsmParameters extends BaseProvider {
  constructor() {
    super({});
  }

  protected override async _get(name: string): Promise<string | undefined> {
    const response = await request(name);
    const text = await response.text();
    if (response.ok) return answerSchema.parse(JSON.parse(text)).Parameter.Value;
    if (NOT_FOUND.test(text)) return undefined;
    throw new Error(`SSM GetParameter: expected a value, got status ${response.status}`);
  }

  protected override _getMultiple(): Promise<undefined> {
    throw new TypeError('_getMultiple: expected one parameter at a time');
  }
}

const parameters = new SsmParameters();

/**
 * The value of a parameter, at most `maxAgeSeconds` old; `undefined` when there is no such parameter.
 * @throws {GetParameterError} when SSM refuses or does not answer; nothing is cached then
 */
export async function ssmParameter(name: string, maxAgeSeconds: number): Promise<string | undefined> {
  const value = await parameters.get(name, { maxAge: maxAgeSeconds });
  return typeof value === 'string' ? value : undefined;
}
