import { describe, expect, it, onTestFinished } from 'vitest';
import { json, type RunningServer, startServer } from '../../../../tools/rig/http/http-server.ts';
import { freePort } from '../../../../tools/rig/process/ports.ts';
import { WARM_UP_EVENTS, warmUp } from '../../../../tools/local/warm-up.ts';

const names = Object.keys(WARM_UP_EVENTS);
const functions = Object.fromEntries(names.map((name) => [name, `quoteq-local-${name}`]));

/** Warms up at an address; returns the messages. */
async function warmedUpAt(awsEndpointUrl: string, limitMs?: number): Promise<readonly string[]> {
  const said: string[] = [];
  const keys = { accessKeyId: 'test', secretAccessKey: 'test' };
  await warmUp({ awsEndpointUrl, functions }, keys, (text) => said.push(text), limitMs);
  return said.toSorted();
}

const stoppedLater = (server: RunningServer): RunningServer => {
  onTestFinished(() => server.stop());
  return server;
};

describe('warmUp', () => {
  it('invokes each function once, also if one fails', async () => {
    const invoked: string[] = [];
    const lambda = stoppedLater(
      await startServer(async ({ path, body }) => {
        invoked.push(`${path} ${body.toString('utf8')}`);
        const failed = path.includes('update-card');
        return json(200, {}, failed ? { 'x-amz-function-error': 'Unhandled' } : {});
      }),
    );

    expect(await warmedUpAt(lambda.url)).toEqual([]);
    expect(invoked.toSorted()).toEqual(
      Object.entries(WARM_UP_EVENTS)
        .map(
          ([name, event]) =>
            `/2015-03-31/functions/quoteq-local-${name}/invocations ${JSON.stringify(event)}`,
        )
        .toSorted(),
    );
  });

  it('names a function that could not be invoked and skips it', async () => {
    const said = await warmedUpAt(`http://127.0.0.1:${await freePort()}`);

    expect(said).toHaveLength(names.length);
    expect(said[0]).toMatch(
      /^enqueue-action is not warmed up, its first action will be slower: .*ECONNREFUSED/,
    );
  });

  it('waits no longer than the limit for an answer', async () => {
    const silent = stoppedLater(await startServer(() => new Promise(() => undefined)));

    const said = await warmedUpAt(silent.url, 50);

    expect(said).toHaveLength(names.length);
    expect(said[0]).toMatch(/no answer within 0.05 s$/);
  });
});
