import { expect, it } from 'vitest';
import { json, startServer } from '../../../../tools/local/http-server.ts';
import { WARM_UP_EVENTS, warmUp } from '../../../../tools/local/warm-up.ts';

it('invokes each function once, also when one fails', async () => {
  const invoked: string[] = [];
  const lambda = await startServer(async ({ path, body }) => {
    invoked.push(`${path} ${body.toString('utf8')}`);
    const failed = path.includes('update-card');
    return json(200, {}, failed ? { 'x-amz-function-error': 'Unhandled' } : {});
  });
  const names = Object.keys(WARM_UP_EVENTS);
  const functions = Object.fromEntries(names.map((name) => [name, `quoteq-local-${name}`]));

  await warmUp({ awsEndpointUrl: lambda.url, functions }, { accessKeyId: 'test', secretAccessKey: 'test' });
  await lambda.stop();

  expect(invoked.toSorted()).toEqual(
    Object.entries(WARM_UP_EVENTS)
      .map(
        ([name, event]) => `/2015-03-31/functions/quoteq-local-${name}/invocations ${JSON.stringify(event)}`,
      )
      .toSorted(),
  );
});
