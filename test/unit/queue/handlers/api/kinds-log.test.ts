/** Log entries about a pause. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { writtenLines } from '../../../../helpers/cli/written-lines.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';

const USER_ARN = 'arn:aws:sts::123456789012:assumed-role/Operator/ada.lovelace@example.com';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ POWERTOOLS_LOG_LEVEL: 'INFO' });
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => api.stop());

it('logs the paused and resumed kind, but neither the operator nor the reason, which are in the record', async () => {
  const written = writtenLines();
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ reason: 'Call Grace' });

  await api.send({ method: 'POST', path: '/kinds/crm.sync/pause', headers, body, userArn: USER_ARN });
  await api.send({ method: 'POST', path: '/kinds/crm.sync/resume', userArn: USER_ARN });

  const log = written.join('');
  expect(log).toMatch(/"message":"kind paused".*"kind":"crm.sync","version":1,"changed":true/);
  expect(log).toMatch(/"message":"kind resumed".*"kind":"crm.sync","version":2,"changed":true/);
  expect(log).not.toMatch(/ada|Grace/);
  expect((await api.pauses.read('crm.sync'))?.history).toMatchObject([
    { version: 1, actor: USER_ARN, reason: 'Call Grace' },
    { version: 2, actor: USER_ARN },
  ]);
});
