/** With a small server in place of the emulator: its settings, and its complete removal. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEmulator } from '../../../../tools/rig/aws/emulator.ts';
import { startTimeOf } from '../../../../tools/rig/process/process-identity.ts';
import { startServer } from '../../../../tools/rig/http/http-server.ts';

const SERVER = `
import { createServer } from 'node:http';
import { spawn } from 'node:child_process';
const worker = spawn('sleep', ['600']);
createServer((request, response) => {
  response.end(JSON.stringify({ env: process.env, path: request.url, workerPid: worker.pid }));
}).listen(Number(process.env.GATEWAY_PORT), process.env.BIND_HOST);
`;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quoteq-test-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const commandOf = (code: string): readonly [string, ...string[]] => {
  const file = join(folder, 'server.mjs');
  writeFileSync(file, code);
  return [process.execPath, file];
};
const logFile = (): string => join(folder, 'logs', 'aws.log');

describe('startEmulator', () => {
  it('passes only the needed settings and nothing of the host', async () => {
    vi.stubEnv('AWS_PROFILE', 'production');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAREAL');
    vi.stubEnv('HTTPS_PROXY', 'http://proxy.invalid');

    const emulator = await startEmulator({ command: commandOf(SERVER), logFile: logFile() });
    const { env } = JSON.parse(await (await fetch(emulator.url)).text());
    await emulator.stop();

    expect(env).toMatchObject({
      AUTH: 'true',
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(emulator.port),
      TMPDIR: emulator.tmpDir,
      HOME: emulator.tmpDir,
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
      LAMBDA_WARM_TTL_SECONDS: '30',
    });
    expect(env.PATH).toMatch(/^[^:]*node_modules\/\.bin:/);
    expect(Object.keys(env)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^AWS_(PROFILE|ACCESS|SECRET|SESSION)|PROXY$/)]),
    );
  });

  it('kills its workers and deletes its temporary folder when it stops', async () => {
    const emulator = await startEmulator({ command: commandOf(SERVER), logFile: logFile() });
    const { workerPid } = JSON.parse(await (await fetch(emulator.url)).text());
    expect(startTimeOf(workerPid)).toBeDefined();

    await emulator.stop();

    await vi.waitFor(() => expect(startTimeOf(workerPid)).toBeUndefined(), { timeout: 60_000 });
    expect(startTimeOf(emulator.pid)).toBeUndefined();
    expect(existsSync(emulator.tmpDir)).toBe(false);
  });

  it('shows the end of the log when it dies', async () => {
    const command = commandOf(`console.error('no such module: ministack'); process.exit(3);`);

    await expect(startEmulator({ command, logFile: logFile() })).rejects.toThrow(
      /ended with 3.*\n.*no such module: ministack/,
    );
  });

  it('refuses a port that another program listens on', async () => {
    const other = await startServer(async () => ({ status: 200 }));

    const start = startEmulator({ command: commandOf(SERVER), port: other.port, logFile: logFile() });

    await expect(start).rejects.toThrow(`port ${other.port}: expected a free port`);
    await other.stop();
  });

  it('names a program that cannot be run', async () => {
    const start = startEmulator({ command: [join(folder, 'nothing')], logFile: logFile() });

    await expect(start).rejects.toThrow(/cannot run .*nothing.*ENOENT/);
  });
});
