/** Damaged files of the local environment: each command reports them in one line, and `local down` cleans up. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { quoteq } from '../../../../tools/quoteq.ts';
import { type LocalState, statusOf } from '../../../../tools/local/local-state.ts';
import { json, startServer } from '../../../../tools/rig/http/http-server.ts';
import { freePort } from '../../../../tools/rig/process/ports.ts';
import { isRunning } from '../../../../tools/rig/process/process-identity.ts';
import { makeTemporaryDir, type Service, startService } from '../../../../tools/rig/process/processes.ts';
import { DAMAGES, damage } from '../../../helpers/cli/damaged-files.ts';

/** The commands read this when they are loaded. */
const root = await vi.hoisted(async () => {
  const [fs, os, path] = await Promise.all([import('node:fs'), import('node:os'), import('node:path')]);
  const made = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'quoteq-damaged-')));
  process.env['QUOTEQ_LOCAL_ROOT'] = made;
  return made;
});
const TASK = `task-${'a'.repeat(40)}`;
const EXAMPLE = join(import.meta.dirname, '../../../../examples/q-1042.json');
const FILES = ['state.json', 'outputs.json'] as const;

for (const name of ['QUOTEQ_API_URL', 'QUOTEQ_STAGE']) vi.stubEnv(name, undefined);
// `local up` stops here, after it has checked the leftovers.
vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${await freePort()}`);

/** Refuses everything: a command that reaches it has found the addresses. */
const refusing = await startServer(() => Promise.resolve(json(403, { message: 'Forbidden' })));
const { url } = refusing;
const TEXTS = [
  'awsEndpointUrl apiUrl slackApiUrl slackChannelId crmBaseUrl faultProxyUrl stateMachineArn tasksTable',
  'ledgerTable auditTable documentsBucket parkedQueueUrl cardsTable controlsTable cardQueueUrl cardDeadLettersUrl',
  'clickQueueUrl operatorsParameter eventBusName',
].flatMap((names) => names.split(' '));
const outputs = {
  ...Object.fromEntries(TEXTS.map((name) => [name, url])),
  region: 'us-east-1',
  slackPageUrl: null,
  crmPageUrl: null,
  functions: {},
  stackOutputs: {},
};

let services: Service[] = [];
let written: { readonly out: string[]; readonly err: string[] };

async function service(detachedOf: string): Promise<Service & { readonly tmpDir: string }> {
  const tmpDir = makeTemporaryDir('quoteq-aws-');
  const started = await startService({
    name: 'a service',
    command: 'sleep',
    args: ['600'],
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: tmpDir },
    cwd: tmpDir,
    logFile: join(tmpdir(), 'quoteq-damaged-service.log'),
    temporaryDir: tmpDir,
    detachedOf,
  });
  services.push(started);
  return { ...started, tmpDir };
}

const stateOf = (running: readonly (Service & { readonly tmpDir: string })[]): LocalState => ({
  version: 1,
  services: running.map(({ pid, startedAt, tmpDir }) => ({
    name: 'aws',
    pid,
    startedAt,
    tmpDir,
    ports: [1],
  })),
  secrets: { crmToken: 'c', slackBotToken: 'b', slackSigningSecret: 's' },
});

const write = (file: string, value: unknown): void => writeFileSync(join(root, file), JSON.stringify(value));

/** Runs a command in this process; returns its exit code and its lines. */
async function run(command: string) {
  await quoteq(command.split(' '));
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  return { code, ...written };
}

beforeEach(() => {
  written = { out: [], err: [] };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.err.push(String(text)) > 0);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(services.map((started) => started.stop()));
  services = [];
  for (const entry of readdirSync(root)) rmSync(join(root, entry), { recursive: true, force: true });
});
afterAll(async () => {
  await refusing.stop();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** Commands that read the addresses. */
const READERS = [
  `enqueue ${EXAMPLE}`,
  `show ${TASK}`,
  'watch Q-1042',
  `audit ${TASK}`,
  `retry ${TASK}`,
  `abandon ${TASK}`,
  `cancel ${TASK}`,
  'kinds',
  'pause crm.sync --reason why',
  'resume crm.sync',
  'live',
  'sweep',
  'kpi',
  'dlq list',
  'dlq show card-dead-letters',
  'dlq replay card-dead-letters',
  `dlq discard card-dead-letters --task ${TASK}`,
  'secret show',
  'secret drop-old',
  'migrate status',
  'migrate up',
  'doctor slack',
];
/** Commands that check what runs. */
const ASKERS = ['dashboard --record', 'drill reply-lost --running'];

const DAMAGED = Object.keys(DAMAGES).flatMap((name) => FILES.map((file) => ({ name, file })));

/** The message about an unreadable file: its name and the fix. */
const toldOf = (file: string): RegExp =>
  new RegExp(
    `${join(root, file)} is .+: run \`npm run quoteq -- local down\`, then \`npm run quoteq -- local up\``,
  );

const CASES = Object.keys(DAMAGES).flatMap((name) =>
  FILES.flatMap((file) => [...READERS, ...ASKERS].map((command) => ({ name, file, command }))),
);

describe('a damaged file of the local environment', () => {
  it.each(CASES)('is reported in one line by `$command`: $file, $name', async ({ name, file, command }) => {
    write('state.json', stateOf([]));
    write('outputs.json', outputs);
    damage(name, join(root, file), JSON.stringify(file === 'state.json' ? stateOf([]) : outputs));

    const { code, err } = await run(command);

    expect(code).toBe(1);
    expect(err.join('')).toMatch(/^(error: [^\n]+\n)?$/);
    expect(file === 'state.json' || ASKERS.includes(command) || toldOf(file).test(err.join(''))).toBe(true);
  });

  it.each(DAMAGED)(
    'is reported by `local status`; `local down` stops all processes and deletes it: $file, $name',
    async ({ name, file }) => {
      const running = await service(root);
      const bystander = await service(`${root}-of-another`);
      write('state.json', stateOf([running]));
      write('outputs.json', outputs);
      damage(name, join(root, file), JSON.stringify(file === 'state.json' ? stateOf([running]) : outputs));

      expect(await run('local status')).toMatchObject({ code: 1, out: [expect.stringContaining('damaged')] });
      written.out.length = 0;
      const out = [expect.stringContaining('Stopped 1 processes')];
      expect(await run('local down')).toMatchObject({ code: 0, out, err: [] });

      expect({ running: isRunning(running), bystander: isRunning(bystander) }).toEqual({
        running: false,
        bystander: true,
      });
      expect({ tmpDir: existsSync(running.tmpDir), files: readdirSync(root) }).toEqual({
        tmpDir: false,
        files: [],
      });
      expect(statusOf(root).state).toBe('stopped');
    },
  );

  it.each(DAMAGED)('is removed by `local up` before it starts: $file, $name', async ({ name, file }) => {
    const running = await service(root);
    write('state.json', stateOf([running]));
    write('outputs.json', outputs);
    damage(name, join(root, file), JSON.stringify(file === 'state.json' ? stateOf([running]) : outputs));

    const { code, out, err } = await run('local up');

    expect({ code, out }).toEqual({ code: 1, out: ['  Stopped the remains of an earlier one\n'] });
    expect(err.join('')).toMatch(/^error: AWS_ENDPOINT_URL: nothing answers at [^\n]+\n$/);
    expect({ running: isRunning(running), files: readdirSync(root) }).toEqual({
      running: false,
      files: [],
    });
  });

  it.each(Object.keys(DAMAGES))('does not block a lock permanently: up.lock, %s', async (name) => {
    damage(name, join(root, 'up.lock'), '{}');
    // Its owner would have written its name before this time.
    vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] });

    expect(await run('local down')).toMatchObject({ code: 0, out: ['Nothing was running\n'] });

    vi.useRealTimers();
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('a state that names a foreign folder or process', () => {
  it('causes no deletion of another folder, and no kill of a process with the same pid', async () => {
    const other = await service('/another/root');
    const folder = mkdtempSync(join(tmpdir(), 'precious-'));
    const [entry] = stateOf([other]).services;
    write('state.json', { ...stateOf([]), services: [{ ...entry, startedAt: 'long ago', tmpDir: folder }] });

    expect(await run('local down')).toMatchObject({ code: 0, out: ['Nothing was running\n'] });

    expect({ killed: other.hasExited(), folder: existsSync(folder) }).toEqual({
      killed: false,
      folder: true,
    });
    rmSync(folder, { recursive: true });
  });

  it.each([0, 1, -1])('never kills the pid %s, which means more than one process', async (pid) => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    write('state.json', { ...stateOf([]), services: [{ name: 'aws', pid, startedAt: '0', ports: [] }] });

    expect(await run('local down')).toMatchObject({ code: 0 });

    expect(kill).not.toHaveBeenCalled();
  });
});

it('reports in one line that the root is not a folder', () => {
  const file = join(root, 'file');
  writeFileSync(file, '');

  const cwd = join(import.meta.dirname, '../../../..');
  const options = { cwd, env: { ...process.env, QUOTEQ_LOCAL_ROOT: file }, encoding: 'utf8' } as const;
  const { status, stderr } = spawnSync(process.execPath, ['tools/quoteq.ts', 'local', 'down'], options);

  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: `error: ${join(root, 'file')}: expected a folder for the local environment (EEXIST)\n`,
  });
});
