import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createCardQueue } from '../../../../lambdas/slack/adapters/card-queue.ts';
import { createClickQueue } from '../../../../lambdas/slack/adapters/click-queue.ts';
import type { Click } from '../../../../lambdas/slack/contracts/slack-payloads.ts';
import { type RunningServer, startServer } from '../../../../tools/rig/http/http-server.ts';

let silent: RunningServer;

beforeAll(async () => {
  silent = await startServer(() => new Promise<undefined>(() => undefined));
  const env = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: silent.url,
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await silent.stop();
});

const queueUrl = (): string => `${silent.url}/000000000000/queue`;
const click = { taskId: `task-${'a'.repeat(40)}` };

it.each([
  {
    what: 'a card message',
    send: () => createCardQueue(queueUrl()).send({ detail: { taskId: click.taskId } }, 1),
  },
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nobody looks at what is sent
  { what: 'a click', send: () => createClickQueue(queueUrl()).send(click as Click) },
])('stops sending $what to a queue that never answers', async ({ send }) => {
  await expect(send()).rejects.toMatchObject({ name: 'TimeoutError', $metadata: { attempts: 2 } });
});
