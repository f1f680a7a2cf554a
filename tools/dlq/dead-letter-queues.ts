/** The queues of what was given up, by the names of their alarms, and where each message goes when it is replayed. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { Env, type EnvName, type FunctionName } from '../../lambdas/contracts/environment.ts';
import { CliError } from '../cli/cli-error.ts';
import { deployedName, readFunctionEnvironment } from '../cli/function-environment.ts';
import type { StageTarget } from '../cli/stage-target.ts';

interface QueueEntry {
  /** A function that knows the queue, and under which variable. */
  readonly function: FunctionName;
  readonly variable: EnvName;
  /** Where a message goes back to, for people. */
  readonly goesBackTo: string;
}

const QUEUES = {
  'card-dead-letters': {
    function: 'update-card',
    variable: Env.CardQueueUrl,
    goesBackTo: 'the card queue',
  },
  'click-dead-letters': {
    function: 'slack-interactions',
    variable: Env.ClickQueueUrl,
    goesBackTo: 'the click queue',
  },
  'parked-records': {
    function: 'publish-transitions',
    variable: Env.ParkedQueueUrl,
    goesBackTo: 'publish-transitions',
  },
} as const satisfies Record<string, QueueEntry>;
/** Names a queue of what was given up. */
export type DeadLetterQueueName = keyof typeof QUEUES;
/** Every name. */
export const DEAD_LETTER_QUEUES = Object.keys(QUEUES).filter(isQueueName);

function isQueueName(name: string): name is DeadLetterQueueName {
  return Object.hasOwn(QUEUES, name);
}

/** A name as it was typed. @throws {CliError} naming those there are */
export function readQueueName(name: string): DeadLetterQueueName {
  if (isQueueName(name)) return name;
  throw new CliError(`queue: expected one of ${DEAD_LETTER_QUEUES.join(', ')}; found ${name}`);
}

/** A queue of what was given up. */
export interface DeadLetterQueue {
  readonly name: DeadLetterQueueName;
  readonly url: string;
  readonly goesBackTo: string;
  /** Hands a message's body to whoever gave it up. @throws {Error} when it was not taken */
  replay(body: string): Promise<void>;
}

const redrivePolicySchema = z.object({ deadLetterTargetArn: z.string() });

/** The queue that `url` gives its messages up to. */
async function deadLettersOf(sqs: SQSClient, url: string): Promise<string> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['RedrivePolicy'] }),
  );
  const policy = redrivePolicySchema.parse(JSON.parse(Attributes['RedrivePolicy'] ?? 'null'));
  const QueueName = policy.deadLetterTargetArn.split(':').at(-1) ?? '';
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  if (QueueUrl === undefined) throw new CliError(`There is no queue ${QueueName}`);
  return QueueUrl;
}

const parkedSchema = z.object({ record: z.looseObject({ eventID: z.optional(z.string()) }) });
const answerSchema = z.object({ batchItemFailures: z.array(z.unknown()) });

/** Gives a parked record to its function once more. */
async function republish({ client, stage }: StageTarget, body: string): Promise<void> {
  const parsed = parkedSchema.safeParse(JSON.parse(body));
  if (!parsed.success) throw new CliError('it holds no record: the sweep repairs the audit trail');
  const lambda = new LambdaClient(client);
  try {
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({
        FunctionName: deployedName(stage, 'publish-transitions'),
        Payload: JSON.stringify({ Records: [parsed.data.record] }),
      }),
    );
    const answer = answerSchema.safeParse(JSON.parse(Payload?.transformToString() ?? 'null'));
    if (FunctionError === undefined && answer.success && answer.data.batchItemFailures.length === 0) return;
    throw new CliError('publish-transitions could not write it: see its log');
  } finally {
    lambda.destroy();
  }
}

/** A client of SQS: the local AWS answers on its own address, whatever a queue's address says. */
export const sqsOf = ({ client, outputs }: StageTarget): SQSClient =>
  new SQSClient({ ...client, ...(outputs === undefined ? {} : { useQueueUrlAsEndpoint: false }) });

/** Finds a queue by what the functions of the deployment know. @throws {Error} when a function is not there */
export async function findQueue(
  target: StageTarget,
  sqs: SQSClient,
  name: DeadLetterQueueName,
): Promise<DeadLetterQueue> {
  const entry = QUEUES[name];
  const read = await readFunctionEnvironment(target.client, target.stage, entry.function);
  const url = read(entry.variable);
  const { goesBackTo } = entry;
  if (name === 'parked-records') {
    return { name, url, goesBackTo, replay: (body) => republish(target, body) };
  }
  return {
    name,
    goesBackTo,
    url: await deadLettersOf(sqs, url),
    replay: async (body) => {
      await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
    },
  };
}
