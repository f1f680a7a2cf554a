/** Faults of a card update: races, lost locks, lost replies, late edits. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { POLICY } from '../../../../lambdas/queue/domain/task/policy.ts';
import { redriven } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask, retryableTask, runningTask, snapshotOf } from '../../../helpers/builders.ts';
import { type CardLab, POST, UPDATE, useCardLab } from '../../../helpers/slack/card-lab.ts';

const labOf = useCardLab();
let lab: CardLab;
let queued: ExecutionTask;
beforeEach(() => {
  lab = labOf();
  ({ queued } = lab);
});

const update = (rewrite = false) => lab.update(rewrite);
const card = () => lab.card();

const refuse = (error: string, path = POST) =>
  lab.slack.fail({
    path,
    fault: { kind: 'status', status: 200, body: JSON.stringify({ ok: false, error }) },
  });

describe('an update that fails after Slack shows it', () => {
  it('stores the shown version, so that an earlier reader does not overwrite it with an older one', async () => {
    await update();
    const running = await lab.move(queued, runningTask(queued));
    const stale = { get: () => Promise.resolve(running) };
    await lab.move(running, lab.completed(running));
    const failing = lab.cardRepo();
    failing.putLatency = () => Promise.reject(new Error('The table is throttled'));

    expect((await lab.updater(failing).update(queued.taskId)).kind).toBe('failed');
    expect(await card()).toMatchObject({ versionShown: 3, versionDone: 1 });
    expect((await lab.updater(lab.cards, stale).update(queued.taskId)).kind).toBe('busy');
    expect((await lab.thread()).texts.join()).toContain('Completed');
    const latencies = [{ version: 2 }, { version: 3 }];
    expect(await update()).toMatchObject({ kind: 'shown', version: 3, latencies });
  });
});

describe('an update', () => {
  it('posts the card, edits it afterwards, and does nothing without a change', async () => {
    const first = await update();
    const again = await update();
    await lab.move(queued, runningTask(queued));
    const second = await update();

    expect([first, again, second]).toMatchObject([
      { kind: 'shown', version: 1 },
      { kind: 'done' },
      { kind: 'shown', version: 2 },
    ]);
    expect(await lab.thread()).toEqual({ roots: 1, texts: [expect.stringContaining('Running')] });
    expect(await card()).toMatchObject({ postings: 1, versionShown: 2, versionDone: 2, statusLatencyMs: 0 });
  });

  it('shows the present task, not the version of the message', async () => {
    const running = await lab.move(queued, runningTask(queued));
    await lab.move(running, lab.completed(running));

    await update();

    expect(await lab.thread()).toEqual({ roots: 1, texts: [expect.stringContaining('Completed')] });
    expect((await card())?.versionShown).toBe(3);
  });

  it('shows the last version after repeated races of eight updates', async () => {
    let task = queued;
    for (let version = 2; version <= 8; version += 1) {
      task = await lab.move(task, redriven(task, 'operator_retry', contextAt(lab.clock.nowMs())));
      await Promise.all(Array.from({ length: 8 }, () => update()));
    }
    await update();

    expect(await card()).toMatchObject({ versionShown: 8, versionDone: 8, postings: 1 });
    expect((await lab.thread()).texts).toHaveLength(1);
  });

  it.each([
    { left: 1, is: { kind: 'done' }, texts: 0 },
    { left: 0, is: { kind: 'shown', version: 1 }, texts: 1 },
  ])('waits for the previous one, which leaves version $left shown', async ({ left, is, texts }) => {
    const nowMs = lab.clock.nowMs();
    const expiresAtMs = nowMs + 30_000;
    const { taskId } = queued;
    const lock = { taskId, channel: lab.slack.channelId, version: 1, rewrite: false, owner: 'before' };
    const locked = await lab.cards.lock({ ...lock, nowMs, expiresAtMs });
    if (locked.kind !== 'locked') throw new Error('expected a lock');
    const sleep = vi.spyOn(lab.clock, 'sleep').mockImplementationOnce(async () => {
      await lab.cards.write(locked.card, { owner: undefined, lockExpiresAtMs: undefined, versionDone: left });
    });

    expect(await update()).toMatchObject(is);
    expect(sleep).toHaveBeenCalledTimes(1);
    expect((await lab.thread()).texts).toHaveLength(texts);
  });

  it('of a task that does not exist is an error', async () => {
    await expect(lab.updater().update(`task-${'9'.repeat(40)}`)).rejects.toMatchObject({
      code: 'TASK_NOT_FOUND',
      detail: `There is no task task-${'9'.repeat(40)}.`,
    });
  });
});

describe('a lost reply', () => {
  it('to the post of the card causes no second card', async () => {
    await update();
    const other = queuedTask(
      'pdf.render',
      'other',
      lab.clock.nowMs(),
      snapshotOf({ quoteId: queued.quoteId }),
    );
    await lab.tasks.putIfAbsent(other);
    await lab.slack.fail({ path: POST, fault: { kind: 'drop_reply' } });

    const lost = await lab.updater().update(other.taskId);
    const early = await lab.updater().update(other.taskId);
    lab.clock.advance(POLICY.clockSkewMs + 1);
    const again = await lab.updater().update(other.taskId);

    expect(lost).toMatchObject({ kind: 'failed', error: { kind: 'unknown' } });
    // The post may still be in progress: a search now could miss it.
    expect(early).toMatchObject({ kind: 'failed', error: { code: 'EFFECT_IN_PROGRESS' } });
    expect(again).toMatchObject({ kind: 'shown', version: 1 });
    expect((await lab.thread()).texts).toHaveLength(2);
  });

  it('to an edit causes one more write of the card, since the edit may arrive late', async () => {
    await update();
    const running = await lab.move(queued, runningTask(queued));
    await lab.slack.fail({ path: UPDATE, fault: { kind: 'drop_reply' } });
    await update();
    expect(await card()).toMatchObject({ versionShown: 1, doubtfulSinceMs: lab.clock.nowMs() });

    await lab.move(running, lab.completed(running));
    await update();

    expect(lab.rewrites).toEqual([queued.taskId]);
    expect(await card()).not.toHaveProperty('doubtfulSinceMs');
    expect(await update()).toEqual({ kind: 'done' });
    expect(await update(true)).toMatchObject({ kind: 'shown', version: 3, latencies: [] });
  });
});

describe('a refusal', () => {
  it.each([
    ['is_archived', 'PROVIDER_MISCONFIGURED'],
    ['token_revoked', 'PROVIDER_UNAUTHORIZED'],
    ['invalid_blocks', 'PROVIDER_REFUSED'],
  ])('with %s is shown on the card until it is repaired', async (error, code) => {
    await refuse(error);

    expect(await update()).toMatchObject({ kind: 'failed', error: { code } });
    expect((await card())?.lastError).toEqual({
      code,
      detail: `Slack answered ${error}`,
      atMs: lab.clock.nowMs(),
    });
    await update();
    expect(await card()).not.toHaveProperty('lastError');
  });

  it('that is temporary leaves no error on the card and no lock', async () => {
    await lab.slack.fail({ path: POST, fault: { kind: 'status', status: 429, retryAfterSeconds: 7 } });

    expect(await update()).toMatchObject({ kind: 'failed', error: { retryAfterSeconds: 7 } });
    expect(await card()).not.toHaveProperty('lastError');
    expect(await update()).toMatchObject({ kind: 'shown' });
  });

  it.each(['message_not_found', 'cant_update_message'])(
    'of an edit with %s posts a new card once',
    async (error) => {
      await update();
      await lab.move(queued, runningTask(queued));
      await refuse(error, UPDATE);

      await update();

      expect(await card()).toMatchObject({ postings: 2, versionShown: 2 });
      expect((await lab.thread()).texts).toHaveLength(2);
    },
  );
});

describe('a message about a recovery', () => {
  it('is posted once, although its reply is lost', async () => {
    const running = await lab.move(queued, runningTask(queued));
    const waiting = await lab.move(running, retryableTask(running));
    await update();
    const again = await lab.move(waiting, runningTask(waiting));
    await lab.move(again, lab.completed(again));
    await lab.slack.fail({ path: POST, fault: { kind: 'drop_reply' } });

    const lost = await update();
    expect(lost).toMatchObject({ kind: 'failed', error: { kind: 'unknown' } });
    expect(await card()).toMatchObject({ versionShown: 5, versionDone: 3 });
    lab.clock.advance(POLICY.clockSkewMs + 1);
    await update();
    await update();

    const { texts } = await lab.thread();
    expect(texts.filter((text) => text.includes('recovered: completed on attempt 2'))).toHaveLength(1);
    expect(await card()).toMatchObject({ versionShown: 5, versionDone: 5 });
  });
});
