/** The release of a function that is called manually. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIVE_ALIAS } from '../../../../lib/config/queue-config.ts';
import { sweep } from '../../../../tools/cli/commands/sweep-command.ts';
import { invokeFunction } from '../../../../tools/cli/clients/invoke-function.ts';
import { findQueue } from '../../../../tools/dlq/dead-letter-queues.ts';

const lambda = mockClient(LambdaClient);
const sqs = mockClient(SQSClient);
const client = { region: 'eu-central-1' };

const answering = (text: string, FunctionError?: string): void => {
  const Payload = Object.assign(new TextEncoder().encode(text), { transformToString: () => text });
  lambda.on(InvokeCommand).resolves(FunctionError === undefined ? { Payload } : { Payload, FunctionError });
};
const invoked = () => lambda.commandCalls(InvokeCommand).map(({ args }) => args[0].input);

beforeEach(() => {
  lambda.reset();
  sqs.reset();
  answering('{"recovered":[],"failures":[],"leftOut":0}');
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a function that is called manually', () => {
  it.each(['dev', 'prod'])('is the release with traffic in stage %s', async (stage) => {
    await invokeFunction({ client, stage }, 'sweep', { a: 1 });

    expect(invoked()).toEqual([
      { FunctionName: `quoteq-${stage}-sweep`, Qualifier: LIVE_ALIAS, Payload: '{"a":1}' },
    ]);
  });

  it('is the only one if there are no versions', async () => {
    await invokeFunction({ client, stage: 'local' }, 'sweep', {});

    expect(invoked()).toEqual([{ FunctionName: 'quoteq-local-sweep', Payload: '{}' }]);
  });

  it('reports its failure', async () => {
    answering('{"errorType":"AggregateError"}', 'Unhandled');

    expect(await invokeFunction({ client, stage: 'prod' }, 'sweep', {})).toEqual({
      payload: '{"errorType":"AggregateError"}',
      failed: true,
    });
  });
});

describe('a command on AWS', () => {
  it('sweeps by the alias live', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);

    await sweep({ stage: 'prod', region: 'eu-central-1' });

    expect(invoked()).toMatchObject([{ FunctionName: 'quoteq-prod-sweep', Qualifier: LIVE_ALIAS }]);
  });

  it('replays missed work by the alias live', async () => {
    sqs.on(ListQueuesCommand).resolves({ QueueUrls: ['https://sqs/missed'] });
    const queue = await findQueue({ client, stage: 'prod' }, new SQSClient(client), 'missed-sweeps');

    await queue.replay('{}');

    expect(invoked()).toMatchObject([{ FunctionName: 'quoteq-prod-sweep', Qualifier: LIVE_ALIAS }]);
  });
});
