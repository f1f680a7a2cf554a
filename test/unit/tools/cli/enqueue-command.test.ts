import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuditRecord, SCHEMA_VERSION } from '../../../../lambdas/queue/contracts/records.ts';
import { stopped } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { taskView } from '../../../../lambdas/queue/handlers/api/task-view.ts';
import { auditView } from '../../../../lambdas/queue/handlers/api/stored-views.ts';
import { operate } from '../../../../tools/cli/commands/operator-commands.ts';
import { enqueue, enqueueAll } from '../../../../tools/cli/commands/enqueue-command.ts';
import type { QuoteAction } from '../../../../tools/cli/quote-file.ts';
import { resolveTarget } from '../../../../tools/cli/target/target.ts';
import {
  type Handler,
  type RunningServer,
  type ServerReply,
  startServer,
} from '../../../../tools/rig/http/http-server.ts';
import { actionOf, contextAt, queuedTask, retryableTask, snapshotOf } from '../../../helpers/builders.ts';
import { useCommandOutput } from '../../../helpers/cli/command-output.ts';

const task = taskView(queuedTask());
const ACCEPTED: ServerReply = { status: 202, body: JSON.stringify(task) };

let api: RunningServer;
let replies: ServerReply[];
let respond: Handler;
let sentKeys: (string | undefined)[];
let dir: string;

const printed = useCommandOutput();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'quoteq-enqueue-'));
  api = await startServer((request) => {
    sentKeys.push(request.headers['idempotency-key']?.toString());
    return respond(request);
  });
});
beforeEach(() => {
  replies = [];
  respond = () => Promise.resolve(replies.shift() ?? ACCEPTED);
  sentKeys = [];
});
afterAll(async () => {
  await api.stop();
  rmSync(dir, { recursive: true, force: true });
});

const options = () => ({ apiUrl: api.url, region: 'eu-central-1' });

/** One action per key. */
const actionsUnder = (...keys: readonly string[]): readonly QuoteAction[] =>
  keys.map((idempotencyKey) => ({
    quoteId: 'Q-1001',
    idempotencyKey,
    kind: 'pdf.render',
    body: actionOf('pdf.render'),
  }));

function fileOf(content: unknown): string {
  const file = join(dir, 'quote.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

/** The cells of the table's rows, without the header. */
const rowsOf = (texts: readonly string[]): readonly (readonly string[])[] =>
  texts
    .join('')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/ {2,}/));

const twoPdfs = () => ({
  snapshot: snapshotOf(),
  actions: ['k1', 'k2'].map((idempotencyKey) => ({ idempotencyKey, kind: 'pdf.render' })),
});

describe('enqueueAll', () => {
  it('refuses a key that is invalid in a header, and enqueues the others', async () => {
    const fates = await enqueueAll(resolveTarget(options()), actionsUnder('k1', '東京', 'schlüssel', 'k3'));

    expect(fates.map(({ answer }) => answer.kind)).toEqual(['accepted', 'refused', 'refused', 'accepted']);
    expect(fates[1]?.answer).toMatchObject({
      problem: expect.stringContaining('expected visible ASCII characters'),
    });
    expect(sentKeys).toEqual(['k1', 'k3']);
  });

  it('refuses a quote id that is invalid in a path', async () => {
    const actions = actionsUnder('k1').map((action) => ({ ...action, quoteId: 'Q 2015/../x' }));

    const [fate] = await enqueueAll(resolveTarget(options()), actions);

    expect(fate?.answer).toEqual({
      kind: 'refused',
      status: 422,
      problem: 'quoteId: expected 1 to 64 of A-Z a-z 0-9 . _ -, starting with a letter or digit',
    });
    expect(sentKeys).toEqual([]);
  });

  it('keeps its answers if the next one cannot be read, and sends no further requests', async () => {
    replies = [ACCEPTED, { status: 202, body: '{"not":"a task"}' }];

    const fates = await enqueueAll(resolveTarget(options()), actionsUnder('k1', 'k2', 'k3'));

    expect(fates.map(({ answer }) => answer.kind)).toEqual(['accepted', 'unanswered', 'unsent']);
    expect(sentKeys).toEqual(['k1', 'k2']);
  });
});

const problem = (errors: readonly object[]): ServerReply => ({
  status: 422,
  body: JSON.stringify({ title: 'Not so.', errors }),
});

describe('quoteq enqueue', () => {
  it('names fields by their path in the file', async () => {
    replies = [
      problem([{ pointer: '/payload/snapshot/engine', expected: 'expected another' }]),
      problem([
        { pointer: '/payload/message', expected: 'expected less' },
        { parameter: 'Idempotency-Key', expected: 'expected a key' },
      ]),
    ];

    await enqueue([fileOf(twoPdfs())], options());

    expect(rowsOf(printed()).map((cells) => cells.at(-1))).toEqual([
      'Not so. /snapshot/engine: expected another',
      'Not so. /actions/1/message: expected less; /actions/1/idempotencyKey: expected a key',
    ]);
    expect(process.exitCode).toBe(1);
  });

  it('prints the common reason of all actions of a quote once', async () => {
    const refusal = problem([{ pointer: '/payload/snapshot/engine', expected: 'expected another' }]);
    replies = [refusal, refusal];

    await enqueue([fileOf(twoPdfs())], options());

    expect(
      printed()
        .join('')
        .match(/expected another/g),
    ).toHaveLength(1);
    expect(rowsOf(printed()).at(-1)).toEqual(['Q-1001: Not so. /snapshot/engine: expected another']);
  });

  it('shows the state of a replayed action, and that an operator ended it', async () => {
    const ended = stopped(queuedTask(), 'operator_cancel', contextAt());
    const { taskId, quoteId, kind } = ended;
    const records = ended.history.map((transition): AuditRecord => ({
      schemaVersion: SCHEMA_VERSION,
      taskId,
      quoteId,
      kind,
      ...transition,
    }));
    replies = [
      { status: 200, body: JSON.stringify(task) },
      { status: 200, body: JSON.stringify(taskView(ended)) },
      { status: 200, body: JSON.stringify(auditView(ended, records)) },
    ];

    await enqueue([fileOf(twoPdfs())], options());

    expect(rowsOf(printed()).map((cells) => cells.slice(2))).toEqual([
      ['replayed', `${task.taskId}: queued`],
      ['replayed', `${task.taskId}: cancelled (failed_terminal)`],
    ]);
  });

  it('does not report an action as refused if the API may have stored it, and advises to send it again', async () => {
    const stored = { title: 'Not started.', detail: 'The task is stored.' };
    replies = [{ status: 500, body: JSON.stringify(stored) }, ACCEPTED];

    await expect(enqueue([fileOf(twoPdfs())], options())).rejects.toThrow(
      'enqueue the same files again; accepted actions are replayed',
    );
    expect(rowsOf(printed()).map((cells) => cells.slice(2))).toEqual([
      ['unanswered (500)', 'Not started. The task is stored.'],
      ['accepted', task.taskId],
    ]);
  });

  it('reads the ends of replayed actions once and concurrently, and prints its rows without an answer too', async () => {
    const ended = taskView(stopped(queuedTask(), 'operator_cancel', contextAt()));
    const replayed: ServerReply = { status: 200, body: JSON.stringify(ended) };
    const asked = Promise.withResolvers<undefined>();
    let trails = 0;
    respond = ({ path }) => {
      if (!path.endsWith('/audit')) return Promise.resolve(replayed);
      trails += 1;
      // Neither is answered before both have arrived.
      if (trails === 2) asked.resolve(undefined);
      return asked.promise.then(() => ({ status: 503 }));
    };

    await enqueue([fileOf(twoPdfs())], options());

    expect(trails).toBe(2);
    expect(rowsOf(printed()).map((cells) => cells.slice(2))).toEqual([
      ['replayed', `${task.taskId}: failed_terminal`],
      ['replayed', `${task.taskId}: failed_terminal`],
    ]);
  });

  it('prints the task of an accepted action although the next action gets no answer', async () => {
    replies = [ACCEPTED, { status: 202, body: '{"not":"a task"}' }];

    await expect(enqueue([fileOf(twoPdfs())], options())).rejects.toThrow(
      'enqueue the same files again; accepted actions are replayed',
    );
    expect(rowsOf(printed())).toEqual([
      ['Q-1001', 'pdf.render', 'accepted', task.taskId],
      ['Q-1001', 'pdf.render', 'unanswered', expect.stringContaining('in another form')],
    ]);
  });
});

describe('an operator', () => {
  it.each([
    [
      'cancel',
      stopped(queuedTask(), 'operator_cancel', contextAt()),
      'is cancelled (failed_terminal), version 2',
    ],
    [
      'abandon',
      stopped(retryableTask(), 'operator_abandon', contextAt()),
      'is abandoned (failed_terminal), version 4',
    ],
    ['retry', queuedTask(), 'is queued, version 1'],
  ] as const)('sees the effect of %s on the task', async (action, after, said) => {
    replies = [
      { status: 200, body: JSON.stringify(task) },
      { status: 200, body: JSON.stringify(taskView(after)) },
    ];

    await operate(action)(task.taskId, options());

    expect(printed().join('')).toContain(said);
  });
});
