/** Reports of status latencies if an update fails after Slack has shown the transition. */
import { beforeEach, describe, expect, it } from 'vitest';
import { LeaseLost } from '../../../../lambdas/shared/domain/errors.ts';
import { POLICY } from '../../../../lambdas/queue/domain/task/policy.ts';
import { completed } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, resultOf, retryableTask, runningTask } from '../../../helpers/builders.ts';
import { type CardLab, useCardLab } from '../../../helpers/slack/card-lab.ts';

const labOf = useCardLab();
let lab: CardLab;
beforeEach(() => {
  lab = labOf();
});

const update = (cards = lab.cards) => lab.updater(cards).update(lab.queued.taskId);

describe('the latencies of an update that fails after Slack shows it', () => {
  it('are reported by this update only', async () => {
    const failed = await lab.move(lab.queued, retryableTask(runningTask(lab.queued)));
    await update();
    const done = { result: resultOf(), proof: 'applied' as const };
    await lab.move(failed, completed(runningTask(failed), done, contextAt(lab.clock.nowMs())));
    await lab.slack.fail({
      path: '/api/chat.postMessage',
      fault: { kind: 'status', status: 429, retryAfterSeconds: 7 },
    });

    const limited = await update();
    const after = await update();

    expect(limited).toMatchObject({
      kind: 'failed',
      error: { code: 'PROVIDER_RATE_LIMITED' },
      latencies: [{ version: 4 }, { version: 5 }],
    });
    expect(after).toMatchObject({ kind: 'shown', version: 5, latencies: [] });
  });

  it('are reported by this update, except one that could not be stored: a later update reports only that one', async () => {
    await lab.move(lab.queued, runningTask(lab.queued));
    const partly = lab.cardRepo();
    partly.putLatency = (record) =>
      record.version === 1 ? lab.cards.putLatency(record) : Promise.reject(new Error('throttled'));

    expect(await update(partly)).toMatchObject({ kind: 'failed', latencies: [{ version: 1 }] });
    expect(await update()).toMatchObject({ kind: 'shown', latencies: [{ version: 2 }] });
  });

  it('are reported by this update also if it has lost its lock, since they are stored', async () => {
    const lost = lab.cardRepo();
    lost.write = () => Promise.reject(new LeaseLost());

    const loser = await update(lost);
    lab.clock.advance(POLICY.leaseMs + POLICY.clockSkewMs);

    expect(loser).toMatchObject({
      kind: 'failed',
      error: { code: 'LEASE_LOST' },
      latencies: [{ version: 1 }],
    });
    expect(await update()).toMatchObject({ kind: 'shown', latencies: [] });
  });
});
