/** Where `doctor aws` looks, and how it asks: every request ends after ten seconds, and every fault becomes one line. */
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { sendAwsRequestTo } from '../../rig/aws/aws-request.ts';
import type { StageTarget } from '../../cli/target/stage-target.ts';

/** A stage in an account and a Region, deployed or not. */
export interface AwsSite {
  readonly stage: string;
  /** Name of its stack, and the beginning of each fixed name. */
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

/** Options of an SDK call: it ends after ten seconds, retries included. */
export const limited = () => ({ abortSignal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });

/** A 200 without what the operation always answers: something else than AWS has answered. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

/** The part of an answer that AWS always gives. @throws {UnreadableAnswer} when it is not there */
export function present<T>(part: T | undefined, what: string): T {
  if (part === undefined) throw new UnreadableAnswer(`expected ${what}`);
  return part;
}

/** Works with an SDK client and ends its connections. */
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

/** Credentials as the SDK finds them: environment, profile, SSO, role. @throws `CredentialsProviderError` */
export const credentialsOf = (site: AwsSite) =>
  withClient(new SFNClient(site.client), (client) => client.config.credentials());

const awsErrorSchema = z.object({
  __type: z.string(),
  message: z.optional(z.string()),
  Message: z.optional(z.string()),
});

/** An error that a service answered, under its own name. */
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

/** A request in JSON to a service without a client here. */
export interface JsonCall<T> {
  /** Name of the service in its signature. */
  readonly service: string;
  /** `X-Amz-Target`. */
  readonly operation: string;
  readonly body: object;
  readonly answer: z.ZodMiniType<T>;
}

/** @throws {Error} named as AWS names it; a `ZodError` or `SyntaxError` on an answer that cannot be read */
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
