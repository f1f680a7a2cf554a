/** The dead-letter queues, by the names of their alarms, and the target to which each message is replayed. */
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { Env, type EnvName } from '../../lambdas/shared/contracts/environment.ts';
import type { FunctionName } from '../../lib/shared/functions.ts';
import { CliError } from '../cli/cli-error.ts';
import { readFunctionEnvironment } from '../cli/target/function-environment.ts';
import { invokeFunction } from '../cli/clients/invoke-function.ts';
import type { StageTarget } from '../cli/target/stage-target.ts';
import { parsedBody } from './parsed-body.ts';

interface QueueEntry {
  /** Name of the replay target, for people. */
  readonly goesBackTo: string;
  /** Description of a message that does not describe itself. */
  readonly about: string;
}

const QUEUES = {
  'card-dead-letters': { goesBackTo: 'the card queue', about: 'card update' },
  'click-dead-letters': { goesBackTo: 'the click queue', about: 'a click of another form' },
  'parked-records': {
    goesBackTo: 'publish-transitions',
    about: 'no record: the function failed until it was too old',
  },
  'missed-sweeps': { goesBackTo: 'the sweep', about: 'a sweep that could not be started' },
} as const satisfies Record<string, QueueEntry>;
/** Name of a dead-letter queue. */
export type DeadLetterQueueName = keyof typeof QUEUES;
/** Every name. */
export const DEAD_LETTER_QUEUES = Object.keys(QUEUES).filter(isQueueName);

function isQueueName(name: string): name is DeadLetterQueueName {
  return Object.hasOwn(QUEUES, name);
}

/** Parses a queue name that the user typed. @throws {CliError} that lists the valid names */
export function readQueueName(name: string): DeadLetterQueueName {
  if (isQueueName(name)) return name;
  throw new CliError(`queue: expected one of ${DEAD_LETTER_QUEUES.join(', ')}; found ${name}`);
}

/** A dead-letter queue. */
export interface DeadLetterQueue {
  readonly name: DeadLetterQueueName;
  readonly url: string;
  readonly goesBackTo: string;
  /** Description of a message that does not describe itself. */
  readonly about: string;
  /** Sends a message's body back to its source. @throws {Error} when it was not accepted */
  replay(body: string): Promise<void>;
}

const redrivePolicySchema = z.object({ deadLetterTargetArn: z.string() });

/** URL of the dead-letter queue of the queue at `url`. */
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

/** Invokes a function of the deployment. @throws {CliError} when it failed */
async function invoke(target: StageTarget, name: FunctionName, event: unknown): Promise<unknown> {
  const { payload, failed } = await invokeFunction(target, name, event);
  if (failed) throw new CliError(`${name} failed: see its log`);
  return JSON.parse(payload);
}

/** Sends a parked record to its function again. */
async function republish(target: StageTarget, body: string): Promise<void> {
  const parsed = parkedSchema.safeParse(parsedBody(body));
  if (!parsed.success) throw new CliError('it holds no record: the sweep repairs the audit trail');
  const answer = answerSchema.safeParse(
    await invoke(target, 'publish-transitions', { Records: [parsed.data.record] }),
  );
  if (answer.success && answer.data.batchItemFailures.length === 0) return;
  throw new CliError('publish-transitions could not write it: see its log');
}

const sendTo =
  (sqs: SQSClient, QueueUrl: string) =>
  async (MessageBody: string): Promise<void> => {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  };

/** An SQS client. The local AWS is reached at its own address, which may differ from the address in a queue's URL. */
export const sqsOf = ({ client, outputs }: StageTarget): SQSClient =>
  new SQSClient({ ...client, ...(outputs === undefined ? {} : { useQueueUrlAsEndpoint: false }) });

type Place = Pick<DeadLetterQueue, 'url' | 'replay'>;

/** A variable of a function of the deployment. */
const variable = async ({ client, stage }: StageTarget, name: FunctionName, of: EnvName): Promise<string> =>
  (await readFunctionEnvironment(client, stage, name))(of);

/** The dead-letter queue of a queue that a function consumes. */
async function behind(sqs: SQSClient, consumed: string): Promise<Place> {
  return { url: await deadLettersOf(sqs, consumed), replay: sendTo(sqs, consumed) };
}

/** No function knows this queue, so on AWS it is found by its name. */
async function missedSweepsOf({ stage, outputs }: StageTarget, sqs: SQSClient): Promise<string> {
  const local = outputs?.stackOutputs['MissedSweepsUrl'];
  if (local !== undefined) return local;
  const queueName = `quoteq-${stage}-missed-sweeps`;
  const { QueueUrls: [url] = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: queueName }));
  if (url === undefined) throw new CliError(`There is no queue ${queueName}`);
  return url;
}

async function placeOf(target: StageTarget, sqs: SQSClient, name: DeadLetterQueueName): Promise<Place> {
  switch (name) {
    case 'card-dead-letters':
      return behind(sqs, await variable(target, 'update-card', Env.CardQueueUrl));
    case 'click-dead-letters':
      return behind(sqs, await variable(target, 'slack-interactions', Env.ClickQueueUrl));
    case 'parked-records':
      return {
        url: await variable(target, 'publish-transitions', Env.ParkedQueueUrl),
        replay: (body) => republish(target, body),
      };
    case 'missed-sweeps':
      return {
        url: await missedSweepsOf(target, sqs),
        replay: async () => void (await invoke(target, 'sweep', {})),
      };
  }
}

/** Finds a queue through the variables of the deployed functions. @throws {Error} when a function does not exist */
export const findQueue = async (
  target: StageTarget,
  sqs: SQSClient,
  name: DeadLetterQueueName,
): Promise<DeadLetterQueue> => ({ name, ...QUEUES[name], ...(await placeOf(target, sqs, name)) });
