import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbLedgerRepo } from '../../../../lambdas/shared/adapters/dynamodb/ledger-repo.ts';
import { parseClick } from '../../../../lambdas/slack/adapters/click-payload.ts';
import { createClickGuard } from '../../../../lambdas/slack/adapters/click-once.ts';
import type { Click } from '../../../../lambdas/slack/contracts/slack-payloads.ts';
import { countedIds } from '../../../../tools/rig/counted-ids.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../../tools/rig/fake-clock.ts';
import { remainingMsFrom } from '../../../helpers/lambda-context.ts';
import { blockActionsOf, clickForm } from '../../../helpers/slack/slack-request.ts';

let dynamoDb: DynamoDbServer;
const clock = new FakeClock();

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.stop());

function newClick(): Click {
  const payload = blockActionsOf({ taskId: `task-${'a'.repeat(40)}`, version: 3, action: 'retry' });
  const parsed = parseClick(new URLSearchParams(clickForm(payload)));
  if (parsed.kind !== 'click') throw new TypeError('payload: expected a click');
  return parsed.click;
}

/** One delivery, in its own invocation. */
const deliver = (click: Click, handOver: () => Promise<string>) =>
  createClickGuard({
    ledger: new DynamoDbLedgerRepo(dynamoDb.client, TABLE_NAMES.ledger),
    clock,
    ids: countedIds,
    remainingMs: remainingMsFrom(clock),
  }).once(click, handOver);

describe('createClickGuard', () => {
  it('hands over a click once, and distinguishes a copy from a new press', async () => {
    const click = newClick();
    const sent: string[] = [];
    const send = async () => `message-${sent.push('sent')}`;

    const answers = [await deliver(click, send), await deliver(click, send), await deliver(newClick(), send)];

    expect(answers).toEqual(['accepted', 'replayed', 'accepted']);
    expect(sent).toHaveLength(2);
  });

  it('hands over one of many concurrent copies', async () => {
    const click = newClick();
    let sent = 0;
    const send = async () => {
      sent += 1;
      return 'message';
    };

    const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(click, send)));

    expect(answers.filter((answer) => answer === 'accepted')).toHaveLength(1);
    expect(sent).toBe(1);
  });

  it('accepts a click again if it could not be handed over', async () => {
    const click = newClick();

    await expect(deliver(click, () => Promise.reject(new Error('SQS is down')))).rejects.toThrow('Error');
    const again = await deliver(click, () => Promise.resolve('message'));

    expect(again).toBe('accepted');
  });
});
