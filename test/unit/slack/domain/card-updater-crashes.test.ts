/** The card after a crash between two writes. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { runningTask } from '../../../helpers/builders.ts';
import { type CardLab, POST, UPDATE, useCardLab } from '../../../helpers/slack/card-lab.ts';

const labOf = useCardLab();
let lab: CardLab;
let queued: ExecutionTask;
beforeEach(() => {
  lab = labOf();
  ({ queued } = lab);
});

const update = () => lab.update();

describe('a crash', () => {
  it('between the post and its record leaves one card, which is then updated', async () => {
    await lab.updater(lab.crashingRepo()).update(queued.taskId);
    await lab.move(queued, runningTask(queued));

    expect(await update()).toEqual({ kind: 'busy' });
    lab.passLock();
    await update();

    expect(await lab.thread()).toEqual({ roots: 1, texts: [expect.stringContaining('Running')] });
    expect(lab.rewrites).toEqual([queued.taskId]);
  });

  it('leaves an edit that may arrive late: a later update writes the card again, also if the next one fails', async () => {
    await update();
    await lab.move(queued, runningTask(queued));
    await lab.updater(lab.crashingRepo()).update(queued.taskId);
    lab.passLock();
    await lab.slack.fail({ path: UPDATE, fault: { kind: 'status', status: 429, retryAfterSeconds: 7 } });

    expect(await update()).toMatchObject({ kind: 'failed', error: { code: 'PROVIDER_RATE_LIMITED' } });
    expect(lab.rewrites).toEqual([]);
    await update();

    expect(lab.rewrites).toEqual([queued.taskId]);
  });

  it('of the store during the release of the lock does not hide why the update failed', async () => {
    await lab.slack.fail({ path: POST, fault: { kind: 'status', status: 429, retryAfterSeconds: 7 } });

    expect(await lab.updater(lab.crashingRepo()).update(queued.taskId)).toMatchObject({
      kind: 'failed',
      error: { code: 'PROVIDER_RATE_LIMITED', retryAfterSeconds: 7 },
    });
  });
});
