/** A store that accepts connections and never answers must not use a function's whole time. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDocumentClient } from '../../../../../lambdas/shared/adapters/dynamodb/document-client.ts';
import { CLIENT_OPTIONS } from '../../../../../lambdas/shared/platform/client-options.ts';
import { type RunningServer, startServer } from '../../../../../tools/rig/http/http-server.ts';

let silent: RunningServer;
let requests = 0;

beforeAll(async () => {
  silent = await startServer(() => {
    requests += 1;
    return new Promise<undefined>(() => undefined);
  });
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', silent.url);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await silent.stop();
});

it('stops after the configured attempts if a store never answers', async () => {
  const read = createDocumentClient().send(new GetCommand({ TableName: 'tasks', Key: { taskId: 'x' } }));

  await expect(read).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(requests).toBe(CLIENT_OPTIONS.maxAttempts);
});
