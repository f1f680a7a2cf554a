/** The three Slack functions on their own DynamoDB; Slack and SSM are small servers, queue and secrets are mocks. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { DynamoDbAuditRepo } from '../../../../lambdas/queue/adapters/dynamodb/audit-repo.ts';
import { DynamoDbTaskRepo } from '../../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { Env } from '../../../../lambdas/shared/contracts/environment.ts';
import { json, type ServerReply, startServer } from '../../../../tools/rig/http/http-server.ts';
import { startDynamoDb, TABLE_NAMES } from '../../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../../tools/rig/fake-clock.ts';
import { httpEvent } from '../../../helpers/http-event.ts';
import { lambdaContext } from '../../../helpers/lambda-context.ts';
import { OPERATOR, SIGNING_SECRET, signedHeaders } from '../../../helpers/slack/slack-request.ts';

/** A call of Slack's Web API. */
export interface SlackCall {
  readonly method: string;
  readonly args: Readonly<Record<string, string>>;
}

/** The part of Slack that these functions call; it gives `answers` first. */
async function fakeSlack() {
  const calls: SlackCall[] = [];
  const answers: ServerReply[] = [];
  const server = await startServer(async ({ path, body }) => {
    calls.push({ method: path.slice(1), args: Object.fromEntries(new URLSearchParams(body.toString())) });
    return answers.shift() ?? json(200, { ok: true, view: { id: 'V1' }, message_ts: '1.2' });
  });
  return { calls, answers, server };
}

const fakeSsm = () =>
  startServer(async () =>
    json(200, { Parameter: { Value: `${OPERATOR.teamId}:${OPERATOR.userId},T0QUOTEQ1:U0LINOPS2` } }),
  );

function fakeAws() {
  const sent: string[] = [];
  const outage = { sendsToFail: 0 };
  const secrets = mockClient(SecretsManagerClient);
  const SecretString = JSON.stringify({ botToken: 'xoxb-token', signingSecrets: [SIGNING_SECRET] });
  secrets.on(GetSecretValueCommand).resolves({ SecretString });
  const sqs = mockClient(SQSClient);
  sqs.on(SendMessageCommand).callsFake(({ MessageBody }: { MessageBody: string }) => {
    if (outage.sendsToFail > 0) {
      outage.sendsToFail -= 1;
      throw new Error('secret queue is down');
    }
    sent.push(MessageBody);
    return { MessageId: `message-${sent.length}` };
  });
  const sfn = mockClient(SFNClient);
  sfn.on(StartExecutionCommand).resolves({ executionArn: 'arn', startDate: new Date(0) });
  const restore = (): void => [secrets, sqs, sfn].forEach((mock) => mock.restore());
  return { sent, outage, started: () => sfn.commandCalls(StartExecutionCommand).length, restore };
}

const importHandlers = async () => {
  const [interactions, commands, operate] = await Promise.all([
    import('../../../../lambdas/slack/handlers/slack-interactions.handler.ts'),
    import('../../../../lambdas/slack/handlers/slack-commands.handler.ts'),
    import('../../../../lambdas/slack/handlers/operate-click.handler.ts'),
  ]);
  return { interactions: interactions.handler, commands: commands.handler, operate: operate.handler };
};

/** Records of a click queue. */
export const sqsEvent = (bodies: readonly string[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({
    messageId: `message-${index}`,
    receiptHandle: 'receipt',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:clicks',
    awsRegion: 'eu-central-1',
  })),
});

/** Starts the functions; `stop` ends everything. @param env additional variables */
export async function startSlackFunctions(env: Readonly<Record<string, string>> = {}) {
  const [dynamoDb, slack, ssm] = await Promise.all([startDynamoDb(), fakeSlack(), fakeSsm()]);
  const aws = fakeAws();
  Object.assign(process.env, {
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    AWS_ENDPOINT_URL_SSM: ssm.url,
    [Env.StateMachineArn]: 'arn:aws:states:eu-central-1:123456789012:stateMachine:quote-action',
    [Env.SlackSecretArn]: 'slack-secret',
    [Env.SlackApiUrl]: `${slack.server.url}/`,
    [Env.OperatorsParameter]: '/operators',
    [Env.ClickQueueUrl]: 'https://sqs.example/clicks',
    ...dynamoDb.env,
    ...env,
  });
  const handlers = await importHandlers();
  const post = async (
    route: 'interactions' | 'commands',
    body: string,
    headers = signedHeaders(body, Date.now()),
  ) => {
    const event = httpEvent({ method: 'POST', path: `/slack/${route}`, headers, body });
    const { statusCode, body: text = '' } = await handlers[route](
      event,
      lambdaContext(new FakeClock(Date.now())),
    );
    return { status: statusCode, text };
  };
  return {
    ...aws,
    slack,
    post,
    operate: handlers.operate,
    tasks: new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks),
    audit: new DynamoDbAuditRepo(dynamoDb.client, TABLE_NAMES.audit),
    stop: async () => {
      aws.restore();
      await Promise.all([dynamoDb.stop(), slack.server.stop(), ssm.stop()]);
    },
  };
}
