import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { completed } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { taskView } from '../../../../lambdas/queue/handlers/api/task-view.ts';
import { watch } from '../../../../tools/cli/commands/queue-commands.ts';
import { type RunningServer, startServer } from '../../../../tools/rig/http/http-server.ts';
import { contextAt, resultOf, runningTask } from '../../../helpers/builders.ts';
import { useCommandOutput } from '../../../helpers/cli/command-output.ts';

const views = [
  runningTask(),
  completed(runningTask(), { result: resultOf(), proof: 'applied' }, contextAt()),
].map((task) => taskView(task));

let api: RunningServer;
let asked: number;

const printed = useCommandOutput();

beforeAll(async () => {
  api = await startServer(() => {
    const task = views[Math.min(asked, views.length - 1)];
    asked += 1;
    return Promise.resolve({ status: 200, body: JSON.stringify({ tasks: [task] }) });
  });
});
beforeEach(() => {
  asked = 0;
});
afterAll(() => api.stop());

it('prints, as JSON, only the tasks after all are settled', async () => {
  await watch('Q-1042', { apiUrl: api.url, region: 'eu-central-1', json: true });

  expect(asked).toBe(2);
  expect(JSON.parse(printed().join(''))).toEqual([views[1]]);
});

it('draws a table for each change otherwise', async () => {
  await watch('Q-1042', { apiUrl: api.url, region: 'eu-central-1' });

  expect(printed().join('')).toMatch(/running[\s\S]*completed/);
});

it.each(['Q 2015/../x', '東京-é', '..', ''])(
  'sends no request for "%s", which is not a valid quote id',
  async (quoteId) => {
    const watching = watch(quoteId, { apiUrl: api.url, region: 'eu-central-1' });

    await expect(watching).rejects.toThrow('quoteId: expected 1 to 64 of A-Z a-z 0-9 . _ -');
    expect(asked).toBe(0);
  },
);
