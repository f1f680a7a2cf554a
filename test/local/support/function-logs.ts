/** The functions' lines in CloudWatch Logs. */
import { sendAwsRequest } from '../../../tools/rig/aws/aws-request.ts';
import * as z from 'zod/mini';
import type { FunctionName } from '../../../lib/shared/functions.ts';
import { outputs, ROOT_KEYS } from './queue.ts';

const pageSchema = z.object({
  events: z.array(z.object({ message: z.string() })),
  nextToken: z.optional(z.string()),
});

const ROOT_ENVIRONMENT = {
  AWS_REGION: outputs.region,
  AWS_ENDPOINT_URL: outputs.awsEndpointUrl,
  AWS_ACCESS_KEY_ID: ROOT_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: ROOT_KEYS.secretAccessKey,
};

const logGroupOf = (name: FunctionName): string =>
  `/aws/lambda/${outputs.functions[name]?.split(':').at(-1) ?? ''}`;

async function pageOf(logGroupName: string, nextToken: string | undefined) {
  const response = await sendAwsRequest({
    service: 'logs',
    operation: 'Logs_20140328.FilterLogEvents',
    body: { logGroupName, ...(nextToken === undefined ? {} : { nextToken }) },
    timeoutMs: 30_000,
  });
  if (!response.ok) throw new Error(`FilterLogEvents: expected 200, got ${response.status}`);
  return pageSchema.parse(await response.json());
}

/** All lines of a function's log so far. */
export async function logOf(name: FunctionName): Promise<readonly string[]> {
  Object.assign(process.env, ROOT_ENVIRONMENT);
  const lines: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await pageOf(logGroupOf(name), nextToken);
    lines.push(...page.events.map(({ message }) => message));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return lines;
}
