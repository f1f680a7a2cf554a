import { describe, expect, it } from 'vitest';
import type { Click } from '../../../../lambdas/slack/contracts/slack-payloads.ts';
import type { HandOver } from '../../../../lambdas/slack/domain/ports.ts';
import { takeClick, type TakeClickOptions } from '../../../../lambdas/slack/domain/take-click.ts';
import { queuedTask } from '../../../helpers/builders.ts';

const task = queuedTask();

const clickFor = (action: Click['action']): Click => ({
  schemaVersion: 1,
  clickId: 'a'.repeat(64),
  taskId: task.taskId,
  version: task.version,
  action,
  teamId: 'T0QUOTEQ1',
  userId: 'U0ADAOPS1',
  userName: 'ada',
  channelId: 'C0QUOTES1',
  messageTs: '1.2',
});

/** Ports that record their calls in order. */
function ports(over: Partial<TakeClickOptions> = {}) {
  const asked: string[] = [];
  const note = <T>(what: string, answer: T): Promise<T> => {
    asked.push(what);
    return Promise.resolve(answer);
  };
  const options: TakeClickOptions = {
    operators: { isOperator: () => note('list', true) },
    guard: {
      once: async (_click, handOver): Promise<HandOver> => {
        asked.push('guard', await handOver());
        return 'accepted';
      },
    },
    clicks: { send: () => note('queue', 'message') },
    queue: { get: () => Promise.resolve(task) },
    audit: { readTrail: () => Promise.resolve({ records: [], damaged: [] }) },
    modal: { open: () => note('modal', 'view') },
    onModalFailed: () => asked.push('failed'),
    ...over,
  };
  return { asked, options };
}

describe('takeClick', () => {
  it('checks the list of operators before the guard, and hands over the click', async () => {
    const { asked, options } = ports();

    expect(await takeClick(options, clickFor('retry'), 'trigger')).toBe('accepted');
    expect(asked).toEqual(['list', 'queue', 'guard', 'message']);
  });

  it('hands over nothing of a person who is not an operator', async () => {
    const { asked, options } = ports({ operators: { isOperator: () => Promise.resolve(false) } });

    expect(await takeClick(options, clickFor('retry'), 'trigger')).toBe('not_an_operator');
    expect(asked).toEqual([]);
  });

  it('does nothing for a repeated click', async () => {
    const { asked, options } = ports({ guard: { once: () => Promise.resolve('replayed') } });

    expect(await takeClick(options, clickFor('retry'), 'trigger')).toBe('replayed');
    expect(asked).toEqual(['list']);
  });

  it('opens the audit modal at once and sends no message', async () => {
    const { asked, options } = ports();

    await takeClick(options, clickFor('audit'), 'trigger');

    expect(asked).toEqual(['list', 'modal', 'guard', 'view']);
  });

  it.each([
    ['Slack opens no modal', { modal: { open: () => Promise.reject(new Error('expired')) } }],
    ['there is no such task', { queue: { get: () => Promise.resolve(undefined) } }],
  ])('sends the click to the worker when %s', async (_why, over) => {
    const { asked, options } = ports(over);

    await takeClick(options, clickFor('audit'), 'trigger');

    expect(asked).toEqual(['list', 'failed', 'queue', 'guard', 'message']);
  });
});
