import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createSlackClient,
  slackError,
} from '../../../../../lambdas/shared/adapters/slack-api/slack-client.ts';
import { type RunningServer, startServer } from '../../../../../tools/rig/http/http-server.ts';

let retryAfter = '';
let server: RunningServer;
beforeAll(async () => {
  server = await startServer(() =>
    Promise.resolve({ status: 429, headers: { 'retry-after': retryAfter }, body: '<html>Slow down</html>' }),
  );
});
afterAll(() => server.stop());

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toUTCString();

describe('a 429 of Slack', () => {
  it.each([
    ['whole seconds', '17', 17],
    ['a fraction', '30.5', 31],
    ['the times of Slack and of a gateway', '5, 30', 30],
    ['a negative number', '-5', 1],
    ['what is no time', 'soon', 1],
    ['nothing', '', 1],
  ])('is a deferral for the time in its header: %s', async (_what, header, seconds) => {
    retryAfter = header;
    const client = createSlackClient('xoxb-test', `${server.url}/api/`);

    const error = await client.auth.test().catch(slackError);

    expect(error).toMatchObject({
      code: 'PROVIDER_RATE_LIMITED',
      deferral: true,
      retryAfterSeconds: seconds,
    });
  });

  it('is a deferral until the date in its header', async () => {
    retryAfter = inSeconds(100);
    const client = createSlackClient('xoxb-test', `${server.url}/api/`);

    const error = slackError(await client.auth.test().catch((thrown: unknown) => thrown));

    expect(error.retryAfterSeconds).toBeGreaterThan(1);
    expect(error.retryAfterSeconds).toBeLessThanOrEqual(100);
  });
});
