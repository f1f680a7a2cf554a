/**
 * The stage that `doctor aws` checks, and its requests to AWS: each ends after ten seconds, and each fault becomes one line.
 */
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { sendAwsRequestTo } from '../../rig/aws/aws-request.ts';
import type { StageTarget } from '../../cli/target/stage-target.ts';

/** A stage in an account and a Region; it may not be deployed. */
export interface AwsSite {
  readonly stage: string;
  /** Name of its stack, which is also the prefix of each fixed name. */
  readonly stackName: string;
  readonly client: StageTarget['client'];
}

const REQUEST_TIMEOUT_MS = 10_000;

/** The site of a stage. */
export const siteOf = ({ stage, client }: StageTarget): AwsSite => ({
  stage,
  stackName: `quoteq-${stage}`,
  client,
});

/** Options of an SDK call: it ends after ten seconds, including retries. */
export const limited = () => ({ abortSignal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });

/** A 200 without a field that the operation always returns: the answer does not come from AWS. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

/** A part of an answer that AWS always returns. @throws {UnreadableAnswer} when it is absent */
export function present<T>(part: T | undefined, what: string): T {
  if (part === undefined) throw new UnreadableAnswer(`expected ${what}`);
  return part;
}

/** Runs `work` with an SDK client, then closes its connections. */
export async function withClient<C extends { destroy(): void }, T>(
  client: C,
  work: (client: C) => Promise<T>,
): Promise<T> {
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

/** Credentials from the SDK's chain: environment, profile, SSO, role. @throws `CredentialsProviderError` */
export const credentialsOf = (site: AwsSite) =>
  withClient(new SFNClient(site.client), (client) => client.config.credentials());

const awsErrorSchema = z.object({
  __type: z.string(),
  message: z.optional(z.string()),
  Message: z.optional(z.string()),
});

/** An error that a service answered; its `name` is the service's error code. */
class AwsAnswerError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

function answerError(status: number, body: unknown): Error {
  const parsed = awsErrorSchema.safeParse(body);
  if (!parsed.success) return new AwsAnswerError('UnknownAnswer', `status ${status}`);
  const { __type: type, message, Message } = parsed.data;
  return new AwsAnswerError(type.split('#').at(-1) ?? type, message ?? Message ?? `status ${status}`);
}

/** A JSON request to a service that has no SDK client here. */
export interface JsonCall<T> {
  /** Name of the service in its signature. */
  readonly service: string;
  /** Value of the header `X-Amz-Target`. */
  readonly operation: string;
  readonly body: object;
  readonly answer: z.ZodMiniType<T>;
}

/** @throws {Error} whose `name` is AWS's error code; a `ZodError` or `SyntaxError` on an unreadable answer */
export async function askJson<T>(site: AwsSite, { answer, ...call }: JsonCall<T>): Promise<T> {
  const { region, endpoint = process.env['AWS_ENDPOINT_URL'] } = site.client;
  const url = new URL(endpoint ?? `https://${call.service}.${region}.amazonaws.com`);
  const credentials = await credentialsOf(site);
  const response = await sendAwsRequestTo(
    { url, region, credentials },
    { ...call, timeoutMs: REQUEST_TIMEOUT_MS },
  );
  const body: unknown = await response.json();
  if (!response.ok) throw answerError(response.status, body);
  return answer.parse(body);
}
