/** Operators delete a card, the root of its thread, or both. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { POLICY } from '../../../../lambdas/queue/domain/task/policy.ts';
import { retryableTask, runningTask } from '../../../helpers/builders.ts';
import { type CardLab, POST, UPDATE, useCardLab } from '../../../helpers/slack/card-lab.ts';

const labOf = useCardLab();
let lab: CardLab;
let queued: ExecutionTask;
beforeEach(() => {
  lab = labOf();
  ({ queued } = lab);
});

const update = () => lab.update();
const card = () => lab.shownCard();

describe('a card that was deleted', () => {
  it('is posted again once, below the same root', async () => {
    await update();
    const before = await card();
    await lab.slack.remove(before.ts);
    await lab.move(queued, runningTask(queued));

    await update();
    await update();

    const after = await card();
    expect(after).toMatchObject({ postings: 2, versionShown: 2, threadTs: before.threadTs });
    expect(await lab.thread()).toEqual({ roots: 1, texts: [expect.stringContaining('Running')] });
  });

  it('together with the root is posted again once, in a new thread', async () => {
    await update();
    const before = await card();
    await lab.slack.remove(before.ts);
    await lab.slack.remove(before.threadTs);
    await lab.move(queued, runningTask(queued));

    await update();

    const after = await card();
    expect(after).toMatchObject({ postings: 2, versionShown: 2 });
    expect(after.threadTs).not.toBe(before.threadTs);
    expect(await lab.thread()).toEqual({ roots: 1, texts: [expect.stringContaining('Running')] });
  });

  it.each([
    ['the new root', '*Quote'],
    ['the new card', 'thread_ts'],
  ])('together with the root is posted once when the reply to %s is lost', async (_what, bodyIncludes) => {
    await update();
    const before = await card();
    await lab.slack.remove(before.ts);
    await lab.slack.remove(before.threadTs);
    await lab.move(queued, runningTask(queued));
    await lab.slack.fail({ path: POST, bodyIncludes, fault: { kind: 'drop_reply' } });

    expect(await update()).toMatchObject({ kind: 'failed', error: { kind: 'unknown' } });
    lab.clock.advance(POLICY.clockSkewMs + 1);
    expect(await update()).toMatchObject({ kind: 'shown', version: 2 });

    expect(await card()).toMatchObject({ postings: 2, versionShown: 2 });
    expect(await lab.thread()).toEqual({ roots: 1, texts: [expect.stringContaining('Running')] });
  });

  it('together with the root is one card after eight updates at once', async () => {
    await update();
    const before = await card();
    await lab.slack.remove(before.ts);
    await lab.slack.remove(before.threadTs);
    await lab.move(queued, runningTask(queued));

    await Promise.all(Array.from({ length: 8 }, update));
    await update();

    expect(await card()).toMatchObject({ postings: 2, versionShown: 2 });
    expect(await lab.thread()).toEqual({ roots: 1, texts: [expect.stringContaining('Running')] });
  });

  it('is posted once if the worker crashes after the post', async () => {
    await update();
    const before = await card();
    await lab.slack.remove(before.ts);
    await lab.slack.remove(before.threadTs);
    await lab.move(queued, runningTask(queued));
    await lab.updater(lab.crashingRepo()).update(queued.taskId);
    lab.passLock();

    await update();

    const { threadTs } = await card();
    const [shown] = (await lab.slack.messages()).filter(({ thread_ts: root }) => root === threadTs);
    expect(shown?.text).toContain('Running');
    expect(await lab.thread()).toMatchObject({ roots: 1, texts: [expect.stringContaining('Running')] });
  });
});

describe('a card whose root was deleted', () => {
  it('is edited in place, and a recovery is posted once in a new thread', async () => {
    const running = await lab.move(queued, runningTask(queued));
    const waiting = await lab.move(running, retryableTask(running));
    await update();
    const before = await card();
    await lab.slack.remove(before.threadTs);
    const again = await lab.move(waiting, runningTask(waiting));
    await lab.move(again, lab.completed(again));
    await lab.slack.fail({ path: POST, bodyIncludes: 'thread_ts', fault: { kind: 'drop_reply' } });

    expect(await update()).toMatchObject({ kind: 'failed', error: { kind: 'unknown' } });
    lab.clock.advance(POLICY.clockSkewMs + 1);
    await update();
    await update();

    expect(await card()).toMatchObject({ ts: before.ts, postings: 1, versionShown: 5, versionDone: 5 });
    expect(await lab.thread()).toEqual({
      roots: 1,
      texts: [expect.stringContaining('recovered: completed on attempt 2')],
    });
  });

  it('during the post is in the channel and is edited there', async () => {
    const root = '1700000000.000001';
    const body = JSON.stringify({
      ok: true,
      channel: lab.slack.channelId,
      ts: '1700000000.000009',
      message: {},
    });
    await lab.slack.fail({
      path: POST,
      bodyIncludes: '*Quote',
      fault: { kind: 'status', status: 200, body: body.replace('1700000000.000009', root) },
    });
    await lab.slack.fail({
      path: POST,
      bodyIncludes: 'thread_ts',
      fault: { kind: 'status', status: 200, body },
    });

    await update();

    expect(await card()).toMatchObject({
      ts: '1700000000.000009',
      threadTs: '1700000000.000009',
      postings: 1,
    });
    await lab.move(queued, runningTask(queued));
    await lab.slack.fail({ path: UPDATE, fault: { kind: 'status', status: 200, body } });
    expect(await update()).toMatchObject({ kind: 'shown', version: 2 });
  });
});
