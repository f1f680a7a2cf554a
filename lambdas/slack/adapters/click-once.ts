/**
 * A signed click is valid for five minutes for everyone who has its bytes; this accepts it only once. The click's id goes
 * through Powertools' `makeIdempotent` on the ledger, like every effect. The effect of a click is one message to the worker.
 */
import type { Click } from '../contracts/slack-payloads.ts';
import { EffectProof } from '../../shared/contracts/effects.ts';
import type { ClickGuard, HandOver } from '../domain/ports.ts';
import { isErrorOf } from '../../shared/domain/errors.ts';
import { type GuardOptions, runGuarded } from '../../shared/adapters/guarded-effect.ts';

const effectKeyOf = (click: Click): string => `slack.click:${click.clickId}`;

/** The first delivery is still in progress, so this one is a copy. */
const isAtIt = (thrown: unknown): boolean => isErrorOf(thrown, 'wait');

/**
 * Hands a click over once. A failed hand-over may be retried. If the first try has reached the worker after all, the worker
 * finds that the task has moved on.
 * @param handOver returns the id of the message that carries the click
 * @throws {QueueError} what `handOver` throws
 */
async function handOverOnce(
  options: GuardOptions,
  click: Click,
  handOver: () => Promise<string>,
): Promise<HandOver> {
  const { clock, ids, remainingMs } = options;
  try {
    const { proof } = await runGuarded(options, {
      claim: {
        effectKey: effectKeyOf(click),
        taskHash: click.clickId,
        owner: ids.next(),
        fence: 0,
        leaseExpiresAtMs: clock.nowMs() + remainingMs(),
      },
      contentHash: click.clickId,
      apply: async () => ({
        provider: 'slack',
        externalId: await handOver(),
        location: `slack:${click.channelId}/${click.messageTs}`,
        contentHash: click.clickId,
      }),
      // A queue cannot be probed; the worker's guarded transition makes a second message harmless.
      probe: () => Promise.resolve(undefined),
    });
    return proof === EffectProof.Replayed ? 'replayed' : 'accepted';
  } catch (thrown) {
    if (isAtIt(thrown)) return 'replayed';
    throw thrown;
  }
}

/** Accepts each click once, through the ledger. One guard for each invocation. */
export const createClickGuard = (options: GuardOptions): ClickGuard => ({
  once: (click, handOver) => handOverOnce(options, click, handOver),
});
