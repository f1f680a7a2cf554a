/** Slack does not tell whether the root of a quote's thread exists. */
import { describe, expect, it } from 'vitest';
import { notifyLab, platform, REPLIES } from '../../../../helpers/slack/notify-lab.ts';
import type { FaultRule } from '../../../../../tools/rig/faults/fault-rules.ts';

const lab = notifyLab();
const { again, linkTo, opened, roots, run, taskOf } = lab;

describe('a failed check of the root', () => {
  it.each(['missing_scope', 'no_permission', 'channel_not_found'])(
    'with %s does not prevent the message in its thread',
    async (error) => {
      const root = await opened(true);
      await lab.slack.fail({ path: REPLIES, fault: platform(error), times: 9 });

      const { result, proof } = await run(taskOf('without a look'));

      expect(proof).toBe('applied');
      expect(result.location).toBe(linkTo(result.externalId, root));
      expect(await roots()).toEqual([root]);
    },
  );

  it.each<[string, FaultRule['fault'], Readonly<Record<string, unknown>>]>([
    ['an outage', { kind: 'status', status: 503 }, { code: 'PROVIDER_UNAVAILABLE' }],
    ['a lost answer', { kind: 'drop_reply' }, { code: 'PROVIDER_UNAVAILABLE' }],
    [
      'a rate limit',
      { kind: 'status', status: 429, retryAfterSeconds: 7 },
      { code: 'PROVIDER_RATE_LIMITED', deferral: true, retryAfterSeconds: 7 },
    ],
  ])('with %s leaves no doubt, and the next attempt posts', async (_what, fault, error) => {
    const root = await opened(true);
    const task = taskOf('after a failed look');
    await lab.slack.fail({ path: REPLIES, fault });

    await expect(run(task)).rejects.toMatchObject({ ...error, inDoubt: false });
    const { result, proof } = await run(again(task));

    expect(proof).toBe('applied');
    expect(result.location).toBe(linkTo(result.externalId, root));
  });
});
