/** Every command with `--json` in its own process: one JSON document on standard output, also on errors. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { taskView } from '../../../../lambdas/queue/handlers/api/task-view.ts';
import { json, startServer } from '../../../../tools/rig/http/http-server.ts';
import { queuedTask } from '../../../helpers/builders.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const QUOTE = 'examples/q-1042.json';
const task = taskView(queuedTask());
const TASK = task.taskId;

/** Answers like the API, and refuses requests to AWS. */
const api = await startServer(({ path, method }) =>
  Promise.resolve(
    method === 'POST' && path.endsWith('/actions')
      ? json(202, task)
      : (GETS[path] ?? json(403, { message: 'no' })),
  ),
);
const GETS: Readonly<Record<string, ReturnType<typeof json>>> = {
  [`/actions/${TASK}`]: json(200, task),
  '/quotes/Q-1042/actions': json(200, { tasks: [{ ...task, state: 'completed' }] }),
};

/** An environment where nothing runs. */
const empty = mkdtempSync(join(tmpdir(), 'quoteq-json-'));
afterAll(async () => {
  await api.stop();
  rmSync(empty, { recursive: true, force: true });
});

const { QUOTEQ_API_URL: _api, QUOTEQ_STAGE: _stage, ...others } = process.env;
const env = {
  ...others,
  QUOTEQ_LOCAL_ROOT: empty,
  AWS_REGION: 'eu-central-1',
  AWS_ENDPOINT_URL: api.url,
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
};

async function run(command: readonly string[]) {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise<number | null>((done) => void child.once('exit', done));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

const quoteq = (args: string): Promise<Awaited<ReturnType<typeof run>>> =>
  run([process.execPath, 'tools/quoteq.ts', ...args.split(' ')]);

const OF_API = `--json --api-url ${api.url}`;
const OF_STAGE = '--json --stage dev';

describe('--json', () => {
  it.each([
    `enqueue ${QUOTE} ${OF_API}`,
    `show ${TASK} ${OF_API}`,
    `watch Q-1042 ${OF_API}`,
    'drill list --json',
    // Refused by the API, by AWS, or before a request.
    `show task-1 ${OF_API}`,
    `audit ${TASK} ${OF_API}`,
    `retry ${TASK} ${OF_API}`,
    `kinds ${OF_API}`,
    `pause crm.sync --reason why ${OF_API}`,
    `resume crm.sync ${OF_API}`,
    `pause all --reason why ${OF_API}`,
    `doctor slack ${OF_API}`,
    `live ${OF_STAGE}`,
    `sweep ${OF_STAGE}`,
    `kpi ${OF_STAGE}`,
    `dlq list ${OF_STAGE}`,
    `dlq show card-dead-letters ${OF_STAGE}`,
    `secret show ${OF_STAGE}`,
    `migrate status ${OF_STAGE}`,
    `migrate up --dry-run ${OF_STAGE}`,
    'enqueue nowhere.json --json',
    'kpi --json',
    'kpi --json --since soon',
    'kpi --json --sinse 7d',
    'show --json',
    'pause crm.sync --json',
    'drill nothing --json',
    'drill reply-lost --running --json',
  ])('prints one JSON document and at most one line of errors: %s', async (args) => {
    const { code, stdout, stderr } = await quoteq(args);

    const document: unknown = JSON.parse(stdout);
    expect(stderr).toMatch(/^(error: [^\n]+\n)?$/);
    // A command that failed before it had an answer reports that in the document too.
    const failed = stderr === '' ? document : { error: stderr.slice('error: '.length, -1) };
    expect({ document, code: stderr === '' ? 0 : code }).toEqual({
      document: failed,
      code: stderr === '' ? 0 : 1,
    });
  });

  it('prints nothing from npm in the documented form', async () => {
    const { stdout } = await run(['npm', 'run', '-s', 'quoteq', '--', 'drill', 'list', '--json']);

    expect(JSON.parse(stdout)).toMatchObject({ drills: expect.any(Array) });
  });
});

const pagesBelow = (dir: string): readonly string[] =>
  readdirSync(join(ROOT, dir), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(dir, file));

it('is documented on every page with -s, without which npm prints its own lines', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', ...pagesBelow('docs'), ...pagesBelow('runbooks')];

  const wrong = pages.flatMap((page) =>
    readFileSync(join(ROOT, page), 'utf8')
      .split('\n')
      .filter((line) => /npm run quoteq -- [^`|]*--json/.test(line))
      .map((line) => `${page}: ${line.trim()}`),
  );

  expect(wrong).toEqual([]);
});

/** Runs the command in a shell, piped into a reader that ends early; returns both exit codes and the errors. */
const piped = (args: string, reader: string) =>
  run([
    'bash',
    '-c',
    `"$0" tools/quoteq.ts ${args} | ${reader} >/dev/null; echo "\${PIPESTATUS[0]}"`,
    process.execPath,
  ]);

describe('a reader that ends early', () => {
  it.each([
    ['drill list', 'true'],
    ['drill list', 'head -1'],
    ['drill list --json', 'head -c 1'],
    ['--help', 'true'],
    [`show ${TASK} ${OF_API}`, 'true'],
    [`watch Q-1042 --api-url ${api.url}`, 'true'],
  ])('ends `%s | %s` without an error, with the exit code of the command', async (args, reader) => {
    expect(await piped(args, reader)).toEqual({ code: 0, stdout: '0\n', stderr: '' });
  });

  it('is not the reason of other write errors, which are reported in one line', async () => {
    const { stderr } = await run([
      'bash',
      '-c',
      `"$0" tools/quoteq.ts drill list > /dev/full`,
      process.execPath,
    ]);

    expect(stderr).toBe('error: standard output could not be written (ENOSPC)\n');
  });
});
