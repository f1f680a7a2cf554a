/** The queues of what was given up, by the names of their alarms, and where each message goes when it is replayed. */
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
  /** Where a message goes back to, for people. */
  readonly goesBackTo: string;
  /** What a message is about that does not say it itself. */
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
  /** What a message is about that does not say it itself. */
  readonly about: string;
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

/** Calls a function of the deployment. @throws {CliError} when it failed */
async function invoke(target: StageTarget, name: FunctionName, event: unknown): Promise<unknown> {
  const { payload, failed } = await invokeFunction(target, name, event);
  if (failed) throw new CliError(`${name} failed: see its log`);
  return JSON.parse(payload);
}

/** Gives a parked record to its function once more. */
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

/** A client of SQS: the local AWS answers on its own address, whatever a queue's address says. */
export const sqsOf = ({ client, outputs }: StageTarget): SQSClient =>
  new SQSClient({ ...client, ...(outputs === undefined ? {} : { useQueueUrlAsEndpoint: false }) });

type Place = Pick<DeadLetterQueue, 'url' | 'replay'>;

/** A variable of a function of the deployment. */
const variable = async ({ client, stage }: StageTarget, name: FunctionName, of: EnvName): Promise<string> =>
  (await readFunctionEnvironment(client, stage, name))(of);

/** The queue behind one that a function consumes. */
async function behind(sqs: SQSClient, consumed: string): Promise<Place> {
  return { url: await deadLettersOf(sqs, consumed), replay: sendTo(sqs, consumed) };
}

/** No function is told of this queue: on AWS it is found by its name. */
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

/** Finds a queue by what the functions of the deployment know. @throws {Error} when a function is not there */
export const findQueue = async (
  target: StageTarget,
  sqs: SQSClient,
  name: DeadLetterQueueName,
): Promise<DeadLetterQueue> => ({ name, ...QUEUES[name], ...(await placeOf(target, sqs, name)) });
