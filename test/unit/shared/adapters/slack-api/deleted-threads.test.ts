/** Operators delete the root message of a quote's thread; later messages are still posted once each. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { effectKeyOf } from '../../../../../lambdas/queue/domain/task/identity.ts';
import type { Effect } from '../../../../../lambdas/shared/domain/effect.ts';
import { notifyLab, platform, POST, REPLIES } from '../../../../helpers/slack/notify-lab.ts';

const lab = notifyLab();
const { again, clientOf, effectWith, linkOf, linkTo, opened, replies, roots, run, taskOf, theRoot } = lab;

describe.each([
  ['with replies', true],
  ['without replies', false],
])('after the root of a thread %s was deleted', (_which, withReplies) => {
  let old: string;
  beforeEach(async () => {
    old = await opened(withReplies);
    await lab.slack.remove(old);
  });

  it('the next message opens a new thread, and those after it stay there', async () => {
    const first = await run(taskOf('first'));
    const root = await theRoot();
    const second = await run(taskOf('second'));

    expect(root).not.toBe(old);
    expect(await roots()).toEqual([root]);
    expect([first, second].map(({ result }) => result.location)).toEqual([
      linkTo(first.result.externalId, root),
      linkTo(second.result.externalId, root),
    ]);
  });

  it('a new root that is deleted too is replaced again', async () => {
    await run(taskOf('first'));
    const second = await theRoot();
    await lab.slack.remove(second);

    const { result } = await run(taskOf('second'));

    expect(result.location).toBe(linkTo(result.externalId, await theRoot()));
  });

  it('five messages at once agree on one new thread', async () => {
    const tasks = Array.from({ length: 5 }, (_, n) => taskOf(`racer-${n}`));

    const settled = await Promise.allSettled(tasks.map((task) => run(task)));
    const root = await theRoot();
    for (const task of tasks) await run(again(task));

    expect(settled.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await roots()).toEqual([root]);
    expect((await replies()).filter((threadTs) => threadTs === root)).toHaveLength(5);
  });

  it.each([
    ['the new root', `*Quote`],
    ['the message in the new thread', 'thread_ts'],
  ])('a lost reply to the post of %s duplicates nothing', async (_what, bodyIncludes) => {
    const task = taskOf('first');
    await lab.slack.fail({ path: POST, bodyIncludes, fault: { kind: 'drop_reply' } });

    await expect(run(task)).rejects.toMatchObject({ kind: 'unknown', inDoubt: true });
    const { result } = await run(again(task));
    const replayed = await run(again(task));

    const root = await theRoot();
    expect(result.location).toBe(linkTo(result.externalId, root));
    expect(replayed).toEqual({ result, proof: 'replayed' });
    expect((await replies()).filter((threadTs) => threadTs === root)).toHaveLength(1);
  });
});

describe('a message in doubt', () => {
  it('is found below the tombstone if its thread was deleted meanwhile', async () => {
    const old = await opened(true);
    const task = taskOf('in doubt');
    await lab.slack.fail({ path: POST, fault: { kind: 'drop_reply' } });
    await expect(run(task)).rejects.toMatchObject({ kind: 'unknown' });
    await lab.slack.remove(old);

    const { result, proof } = await run(again(task));

    expect(proof).toBe('probed');
    expect(result.location).toBe(linkTo(result.externalId, old));
    expect(await roots()).toEqual([]);
  });

  it('is posted into a new thread if it was never posted', async () => {
    const old = await opened(true);
    const task = taskOf('never posted');
    await lab.slack.fail({ path: POST, fault: { kind: 'drop_request' } });
    await expect(run(task)).rejects.toMatchObject({ kind: 'unknown' });
    await lab.slack.remove(old);

    const { result, proof } = await run(again(task));

    expect(proof).toBe('applied');
    expect(result.location).toBe(linkTo(result.externalId, await theRoot()));
  });
});

/** A client whose root is deleted just before it posts a reply. */
function clientThatComesTooLate() {
  const client = clientOf();
  const post = client.chat.postMessage.bind(client.chat);
  vi.spyOn(client.chat, 'postMessage').mockImplementation(async (args) => {
    if (args !== undefined && 'thread_ts' in args) await lab.slack.remove(args.thread_ts);
    return post(args);
  });
  return client;
}

describe('a reply that Slack posts in the channel because its root was just deleted', () => {
  it('is the message, and is not posted again', async () => {
    await opened(false);
    const task = taskOf('too late');

    const { result } = await run(task, effectWith(clientThatComesTooLate()));

    expect(result.location).toBe(linkOf(result.externalId));
    expect(await run(again(task))).toEqual({ result, proof: 'replayed' });
    expect(await effectWith().probe(task, effectKeyOf(task.kind, task.taskId))).toEqual(result);
    expect(await replies()).toEqual([undefined]);
  });

  it('is found in the channel when its answer is lost', async () => {
    await opened(false);
    const task = taskOf('too late and lost');
    const late = clientThatComesTooLate();
    await lab.slack.fail({ path: POST, bodyIncludes: 'thread_ts', fault: { kind: 'drop_reply' } });
    await expect(run(task, effectWith(late))).rejects.toMatchObject({ kind: 'unknown' });

    const { result, proof } = await run(again(task));

    expect(proof).toBe('probed');
    expect(result.location).toBe(linkOf(result.externalId));
    expect(await replies()).toEqual([undefined]);
    expect(await roots()).toEqual([]);
  });

  it('is searched in the channel from shortly before its task on', async () => {
    const root = await opened(false);
    const task = taskOf('looked for');
    const client = clientOf();
    const history = vi.spyOn(client.conversations, 'history');
    await lab.slack.remove(root);

    await effectWith(client).probe(task, effectKeyOf(task.kind, task.taskId));

    const oldest = history.mock.calls.map(([args]) => Number(args?.oldest));
    expect(oldest.at(-1)).toBe(task.createdAtMs / 1_000 - 3_600);
  });

  it('is followed by a new thread', async () => {
    await opened(false);
    await run(taskOf('too late'), effectWith(clientThatComesTooLate()));

    const { result } = await run(taskOf('next'));

    expect(result.location).toBe(linkTo(result.externalId, await theRoot()));
  });
});

describe('an answer about a thread', () => {
  it.each(['thread_not_found', 'cannot_reply_to_message'])(
    'of %s to a reply opens a new thread and posts there once',
    async (error) => {
      const old = await opened(true);
      await lab.slack.fail({ path: POST, bodyIncludes: 'thread_ts', fault: platform(error) });

      const { result } = await run(taskOf('refused once'));

      const [kept, root = ''] = await roots();
      expect(kept).toBe(old);
      expect(result.location).toBe(linkTo(result.externalId, root));
      expect((await replies()).filter((threadTs) => threadTs === root)).toHaveLength(1);
    },
  );

  it('of thread_not_found every time ends as an error of the set-up', async () => {
    await opened(true);
    await lab.slack.fail({
      path: POST,
      bodyIncludes: 'thread_ts',
      fault: platform('thread_not_found'),
      times: 9,
    });

    await expect(run(taskOf('always refused'))).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' });
    expect(await roots()).toHaveLength(3);
  });

  it('that Slack corrects a second later opens no second thread', async () => {
    const root = await opened(true);
    await lab.slack.fail({ path: REPLIES, fault: platform('thread_not_found') });

    const { result } = await run(taskOf('right after'));

    expect(result.location).toBe(linkTo(result.externalId, root));
    expect(await roots()).toEqual([root]);
  });
});

describe('a result that the previous release stored', () => {
  it('is replayed unchanged, with its old address', async () => {
    const task = taskOf('stored before');
    const location = `https://slack.com/archives/${lab.slack.channelId}/p1795257524000002`;
    const result = {
      provider: 'slack',
      externalId: '1795257524.000002',
      location,
      contentHash: task.taskHash,
    };
    const before: Effect = {
      kind: 'slack.notify',
      deduplicates: false,
      contentHash: () => task.taskHash,
      apply: () => Promise.resolve(result),
      probe: () => Promise.resolve(undefined),
    };
    await run(task, before);

    expect(await run(again(task))).toEqual({ result, proof: 'replayed' });
    expect(await roots()).toEqual([]);
  });
});
