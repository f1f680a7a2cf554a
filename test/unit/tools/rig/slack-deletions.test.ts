/** The local Slack behind the proxy answers about deleted roots as Slack does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSlackClient } from '../../../../lambdas/shared/adapters/slack-api/slack-client.ts';
import { type SlackProvider, startSlackProvider } from '../../../helpers/providers.ts';

let slack: SlackProvider;
beforeAll(async () => {
  slack = await startSlackProvider();
});
afterAll(() => slack.stop());

const client = () => createSlackClient(slack.botToken, slack.apiUrl);
async function post(text: string, threadTs?: string) {
  const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
  const { ts = '', message } = await client().chat.postMessage({ channel: slack.channelId, text, ...thread });
  return { ts, threadTs: message?.thread_ts };
}
const replies = (ts: string, limit = 10) =>
  client().conversations.replies({ channel: slack.channelId, ts, limit });

describe('a deleted root', () => {
  it('without replies has no thread, and a reply to it is posted in the channel', async () => {
    const root = await post('root');
    await slack.remove(root.ts);

    await expect(replies(root.ts)).rejects.toMatchObject({ data: { error: 'thread_not_found' } });
    expect((await post('reply', root.ts)).threadTs).toBeUndefined();
  });

  it('with replies becomes a tombstone, and the thread continues below it', async () => {
    const root = await post('root');
    const reply = await post('reply', root.ts);
    await slack.remove(root.ts);
    const next = await post('next', root.ts);

    const { messages } = await replies(root.ts);

    expect(next.threadTs).toBe(root.ts);
    expect(messages).toMatchObject([
      { ts: root.ts, subtype: 'tombstone' },
      { ts: reply.ts, text: 'reply' },
      { ts: next.ts, text: 'next' },
    ]);
    expect((await replies(root.ts, 1)).messages).toMatchObject([{ subtype: 'tombstone' }]);
  });

  it('does not affect other threads', async () => {
    const root = await post('root');
    const reply = await post('reply', root.ts);
    await slack.remove(reply.ts);

    expect((await replies(root.ts)).messages?.map(({ ts }) => ts)).toEqual([root.ts]);
    expect((await post('next', root.ts)).threadTs).toBe(root.ts);
  });
});
