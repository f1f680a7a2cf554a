/**
 * Only a code and field names of a provider's answer reach task, card, API and log. The providers here quote the token, the payload and
 * customer data in every field, for every status and content type.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { renderCard } from '../../../../lambdas/slack/adapters/card-blocks.ts';
import { systemClock } from '../../../../lambdas/shared/adapters/system.ts';
import { Env } from '../../../../lambdas/shared/contracts/environment.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { taskView } from '../../../../lambdas/queue/handlers/api/task-view.ts';
import {
  json,
  type RunningServer,
  type ServerReply,
  startServer,
} from '../../../../tools/rig/http/http-server.ts';
import { requestOf, snapshotOf } from '../../../helpers/builders.ts';
import { countedIds } from '../../../../tools/rig/counted-ids.ts';
import { type DynamoDbServer, startDynamoDb } from '../../../../tools/rig/aws/dynamodb-server.ts';
import { lambdaContext } from '../../../helpers/lambda-context.ts';
import { SECRETS } from '../../../helpers/nasty-texts.ts';
import { queueStore, type QueueStore } from '../../../helpers/queue-store.ts';
import { writtenLines } from '../../../helpers/cli/written-lines.ts';
import { mustKnow } from '../../../../lambdas/queue/domain/task/foreign.ts';

type Handler = typeof import('../../../../lambdas/queue/handlers/run-action-crm.handler.ts').handler;

let dynamoDb: DynamoDbServer;
let provider: RunningServer;
let secrets: RunningServer;
let crm: Handler;
let slack: Handler;
let reply: (body: string) => ServerReply;
let store: QueueStore;
let lines: readonly string[];

const TITLE = 'Secret ducks for the pond';

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  provider = await startServer(({ body }) => Promise.resolve(reply(body.toString('utf8'))));
  secrets = await startServer(({ body }) =>
    Promise.resolve(
      json(200, {
        SecretString: JSON.stringify(
          body.toString('utf8').includes('secret:crm')
            ? { token: SECRETS.crmToken }
            : { botToken: SECRETS.botToken, signingSecrets: ['0'.repeat(32)] },
        ),
      }),
    ),
  );
  const env = {
    ...dynamoDb.env,
    [Env.CrmBaseUrl]: provider.url,
    [Env.CrmSecretArn]: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:crm',
    [Env.SlackApiUrl]: `${provider.url}/api/`,
    [Env.SlackSecretArn]: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:slack',
    [Env.SlackChannelId]: 'C0QUOTES',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    POWERTOOLS_LOG_LEVEL: 'DEBUG',
    POWERTOOLS_METRICS_DISABLED: 'true',
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  lines = writtenLines();
  ({ handler: crm } = await import('../../../../lambdas/queue/handlers/run-action-crm.handler.ts'));
  ({ handler: slack } = await import('../../../../lambdas/queue/handlers/run-action-slack.handler.ts'));
});

beforeEach(() => {
  lines = writtenLines();
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([dynamoDb, provider, secrets].map((server) => server.stop()));
});

/** The task after one attempt at `kind`. */
async function attempted(kind: 'crm.sync' | 'slack.notify'): Promise<ExecutionTask> {
  store = queueStore(dynamoDb.client, systemClock);
  const snapshot = snapshotOf({
    quoteId: `Q-${countedIds.next()}`,
    title: TITLE,
    customer: { name: SECRETS.customer, email: SECRETS.email },
  });
  const { task } = await store.queue.enqueue(requestOf(kind, 'key', snapshot));
  const input = { taskId: task.taskId, generation: 1 };
  await (kind === 'crm.sync' ? crm : slack)(input, lambdaContext(systemClock));
  const after = await store.tasks.get(task.taskId);
  if (after === undefined) throw new Error('expected the task');
  return mustKnow(after);
}

/** All views of a task, and the log; without the requested payload. */
function seenOf(task: ExecutionTask): string {
  const { payloadJson: _asked, ...kept } = task;
  return JSON.stringify([kept, taskView(task), renderCard(task), lines]);
}

const LEAKS = [...Object.values(SECRETS), TITLE];

/** All data that a provider knows, as one text. */
const quoted = (request: string): string => `${LEAKS.join(' ')} ${request}`;

/** Every field that providers use for errors, with the value `text`. */
const everyField = (text: string) => ({
  ok: false,
  status: text,
  message: text,
  error: text,
  error_description: text,
  category: text,
  subCategory: text,
  correlationId: text,
  needed: text,
  provided: text,
  context: { propertyName: [text], values: [text] },
  links: { [text]: text },
  warnings: [text],
  errors: [{ message: text, code: text, in: text, name: text, context: { propertyName: [text] } }],
  results: [{ id: text, properties: { quoteq_content_hash: text, [text]: text } }],
  id: text,
  properties: { quoteq_content_hash: text },
  ts: text,
  channel: text,
  messages: [{ ts: text, text, metadata: { event_type: text } }],
  response_metadata: {
    messages: [`[ERROR] ${text} [json-pointer:/${text}]`],
    warnings: [text],
    next_cursor: '',
  },
});

type Form = readonly [name: string, type: string, body: (text: string) => string];
const FORMS: readonly Form[] = [
  ['JSON', 'application/json', (text) => JSON.stringify(everyField(text))],
  [
    'JSON that says it went well',
    'application/json',
    (text) => JSON.stringify({ ...everyField(text), ok: true }),
  ],
  [
    'a list of values that were not valid',
    'application/json',
    (text) =>
      JSON.stringify({
        category: 'VALIDATION_ERROR',
        message: `Property values were not valid: ${JSON.stringify([{ message: text, error: text, name: text }])}`,
      }),
  ],
  ['HTML', 'text/html', (text) => `<html><title>${text}</title><body>${text}</body></html>`],
  ['plain text under the type of JSON', 'application/json', (text) => text],
  ['bytes that are no text', 'application/octet-stream', (text) => `\u0000\uFFFD${text}\u0001`],
  ['an empty body', 'application/json', () => ''],
];
const STATUSES = [200, 201, 207, 301, 400, 401, 403, 404, 408, 409, 413, 423, 429, 500, 502, 503] as const;
const CASES = STATUSES.flatMap((status) => FORMS.map(([name, type, body]) => ({ status, name, type, body })));

const answering =
  ({ status, type, body }: (typeof CASES)[number]) =>
  (request: string): ServerReply => ({
    status,
    headers: { 'content-type': type, location: 'https://elsewhere.example/' },
    body: body(quoted(request)),
  });

describe.each(['crm.sync', 'slack.notify'] as const)('a provider of %s that quotes all its data', (kind) => {
  it.each(CASES)('leaks none of it: $status, $name', async (answer) => {
    reply = answering(answer);

    const seen = seenOf(await attempted(kind));

    for (const leak of LEAKS) expect(seen).not.toContain(leak);
  });

  it.each(LEAKS.flatMap((leak) => [200, 400].map((status) => ({ leak, status }))))(
    'leaks nothing if the data is the whole field: $status, $leak',
    async ({ leak, status }) => {
      reply = () => json(status, everyField(leak));
      const refused = seenOf(await attempted(kind));
      reply = () => json(status, { ...everyField(leak), ok: true });
      const accepted = seenOf(await attempted(kind));

      expect(refused).not.toContain(leak);
      expect(accepted).not.toContain(leak);
    },
  );

  it('leaks nothing of 10 MB', async () => {
    reply = (request) => json(400, { message: quoted(request).padEnd(10_000_000, `${SECRETS.email} `) });

    const task = await attempted(kind);

    for (const leak of LEAKS) expect(seenOf(task)).not.toContain(leak);
  });
});

const refusing = (body: unknown) => (): ServerReply => json(400, body);

describe('a refusal of the CRM', () => {
  it("is stored with the property and the codes, without the CRM's text", async () => {
    reply = refusing({
      status: 'error',
      category: 'VALIDATION_ERROR',
      message:
        'Property values were not valid: [{"isValid":false,"message":"1774620312 is at 14:05:12.000 UTC, not midnight!","error":"INVALID_DATE","name":"closedate"}]',
    });

    expect(await attempted('crm.sync')).toMatchObject({
      state: 'failed_terminal',
      error: {
        code: 'PROVIDER_REFUSED',
        detail: 'The CRM answered 400: VALIDATION_ERROR, INVALID_DATE; properties: closedate',
      },
    });
  });

  it('is stored with the properties of a list of errors', async () => {
    reply = refusing({
      category: 'VALIDATION_ERROR',
      errors: [
        { code: 'INVALID_OPTION', context: { propertyName: ['dealstage'] }, message: 'x' },
        { code: 'INVALID_INTEGER', context: { propertyName: ['amount'] }, in: 'amount' },
      ],
    });

    expect((await attempted('crm.sync')).error?.detail).toBe(
      'The CRM answered 400: VALIDATION_ERROR, INVALID_OPTION, INVALID_INTEGER; properties: dealstage, amount',
    );
  });

  it('is stored if its text would be cut within a character', async () => {
    reply = refusing({ message: `${'x'.repeat(299)}🦆` });

    expect(await attempted('crm.sync')).toMatchObject({
      state: 'failed_terminal',
      attempt: 1,
      error: { code: 'PROVIDER_REFUSED' },
    });
  });
});

describe('a refusal of Slack', () => {
  it('is stored with the code and the places in the message', async () => {
    reply = () =>
      json(200, {
        ok: false,
        error: 'invalid_blocks',
        response_metadata: {
          messages: [
            `[ERROR] must be less than 3001 characters: ${SECRETS.email} [json-pointer:/blocks/0/text/text]`,
          ],
        },
      });

    expect((await attempted('slack.notify')).error?.detail).toBe(
      'Slack answered invalid_blocks at /blocks/0/text/text',
    );
  });
});
