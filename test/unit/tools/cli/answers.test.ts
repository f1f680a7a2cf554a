/** Answers of another release than that of the command: while traffic shifts, and after a rollback. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskView } from '../../../../lambdas/queue/contracts/api.ts';
import { type AuditRecord, SCHEMA_VERSION } from '../../../../lambdas/queue/contracts/records.ts';
import { completed, held } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { kindView } from '../../../../lambdas/queue/handlers/api/kinds.ts';
import { taskView } from '../../../../lambdas/queue/handlers/api/task-view.ts';
import { auditView } from '../../../../lambdas/queue/handlers/api/stored-views.ts';
import { operate } from '../../../../tools/cli/commands/operator-commands.ts';
import { kinds } from '../../../../tools/cli/commands/kind-commands.ts';
import { audit, show, watch } from '../../../../tools/cli/commands/queue-commands.ts';
import { type RunningServer, startServer } from '../../../../tools/rig/http/http-server.ts';
import { contextAt, resultOf, retryableTask, runningTask } from '../../../helpers/builders.ts';
import { useCommandOutput } from '../../../helpers/cli/command-output.ts';

let api: RunningServer;
let answer: unknown;

const printed = useCommandOutput();

beforeAll(async () => {
  api = await startServer(() => Promise.resolve({ status: 200, body: JSON.stringify(answer) }));
});
afterAll(() => api.stop());

const options = () => ({ apiUrl: api.url, region: 'eu-central-1' });
const asJson = () => ({ ...options(), json: true });

const record = held(retryableTask(), { reason: 'Down', actor: 'ada' }, contextAt());
const task: TaskView = { ...taskView(record), card: { state: 'pending' } };
const { taskId, quoteId, kind } = record;
const trail = auditView(
  record,
  record.history.map((transition): AuditRecord => ({
    schemaVersion: SCHEMA_VERSION,
    taskId,
    quoteId,
    kind,
    ...transition,
  })),
);

describe('an answer of the previous release, whose errors have no first step', () => {
  const { firstStep: _none, ...error } = task.error ?? {};
  const earlier = { ...task, state: 'failed_terminal', error };

  it.each([
    ['show', () => show(taskId, options()), earlier],
    ['watch', () => watch(quoteId, options()), { tasks: [earlier] }],
    ['retry', () => operate('retry')(taskId, options()), earlier],
  ])('is accepted by %s', async (_command, run, body) => {
    answer = body;

    await run();

    expect(printed().join('')).toContain(kind);
    expect(printed().join('')).not.toContain('do first');
  });
});

/** The value with one more field in every object. */
function grown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(grown);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, grown(field)]);
  return { ...Object.fromEntries(fields), ofALaterRelease: { any: 1 } };
}

describe('an answer of a later release, with unknown fields', () => {
  const done = taskView(completed(runningTask(), { result: resultOf(), proof: 'applied' }, contextAt()));

  it.each([
    ['show', () => show(taskId, asJson()), task, task],
    ['show (completed)', () => show(taskId, asJson()), done, done],
    ['audit', () => audit(taskId, asJson()), trail, trail],
    ['watch', () => watch(quoteId, asJson()), { tasks: [done] }, [done]],
    ['retry', () => operate('retry')(taskId, asJson()), task, task],
    [
      'kinds',
      () => kinds(asJson()),
      { kinds: [kindView('pdf.render', undefined)] },
      [kindView('pdf.render', undefined)],
    ],
  ])('is read by %s without them', async (_command, run, body, known) => {
    answer = grown(body);

    await run();

    expect(JSON.parse(printed().join(''))).toEqual(known);
  });
});

describe('an answer in another form', () => {
  it.each([
    ['a field is of another type', { ...task, version: 'one' }],
    ['a field is missing', { ...task, links: {} }],
    ['it is no object', []],
  ])('is refused if %s', async (_what, body) => {
    answer = body;

    await expect(show(taskId, options())).rejects.toThrow('in another form than this version expects');
    expect(printed()).toEqual([]);
  });
});

describe('quoteq show --save', () => {
  it('shows the task although its document is not available', async () => {
    answer = task;

    await expect(show(taskId, { ...options(), save: 'x.pdf' })).rejects.toThrow(
      '--save: expected a completed pdf.render',
    );
    expect(printed().join('')).toContain(taskId);
  });
});
