/** The local Slack: Web API, signed deliveries, and a page that looks like Slack, on one port. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { REPOSITORY_ROOT, pathWithNode24 } from '../../paths.ts';
import { claimPort } from '../process/ports.ts';
import { makeTemporaryDir, startHealthyService } from '../process/processes.ts';
import type { ProcessRecord } from '../process/process-identity.ts';

const BOOT_LIMIT_SECONDS = 60;
/** Used if npm did not install a binary (systems other than Linux on x64). */
const NPX_PACKAGE = 'local-slack@0.1.8';

/** A person in the local workspace. */
interface SlackPerson {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
}

/** The generated workspace; ids have the form of Slack's own. */
export const LOCAL_WORKSPACE = {
  teamId: 'T0QUOTEQ1',
  teamName: 'Quote Desk',
  channelId: 'C0QUOTES1',
  channelName: 'quotes',
  appId: 'A0QUOTEQ1',
  botUserId: 'U0QUOTEBOT',
  botName: 'quoteq',
  /** Both may operate tasks. */
  operators: [
    { id: 'U0ADAOPS1', name: 'ada', realName: 'Ada Operator' },
    { id: 'U0LINOPS2', name: 'lin', realName: 'Lin Operator' },
  ],
} as const;

/** Credentials of the app in the local workspace. */
export interface SlackSecrets {
  readonly botToken: string;
  readonly signingSecret: string;
}

/** Random credentials in Slack's format. */
export const makeSlackSecrets = (): SlackSecrets => ({
  botToken: `xoxb-local-${randomBytes(12).toString('hex')}`,
  signingSecret: randomBytes(16).toString('hex'),
});

/** Options of the start. */
export interface SlackOptions {
  /** URL that receives interactions, commands and events, signed with `signingSecret`. */
  readonly requestUrl: string;
  /** @default random secrets */
  readonly secrets?: SlackSecrets | undefined;
  /** @default a free port */
  readonly port?: number | undefined;
  readonly logFile: string;
  /** See `ServiceOptions.detachedOf`. @default it ends with this process */
  readonly detachedOf?: string | undefined;
}

/** A running local Slack. */
export interface LocalSlack extends ProcessRecord {
  /** Origin, without a slash at the end; the Web API is below `/api/`. */
  readonly url: string;
  /** URL of the page for people. */
  readonly pageUrl: string;
  readonly port: number;
  readonly botToken: string;
  readonly signingSecret: string;
  readonly teamId: string;
  readonly channelId: string;
  readonly operators: readonly SlackPerson[];
  /** Its temporary folder, which must be deleted with it. */
  readonly tmpDir: string;
  stop(): Promise<void>;
}

const configOf = (requestUrl: string, secrets: SlackSecrets): object => {
  const { teamId, teamName, channelId, channelName, appId, botUserId, botName, operators } = LOCAL_WORKSPACE;
  return {
    workspace: { name: teamName, domain: 'quote-desk', teamId },
    apps: [{ appId, botUserId, botName, ...secrets, mode: 'events', requestUrl }],
    users: operators.map(({ id, name, realName }) => ({ id, name, real_name: realName, tz: 'Etc/UTC' })),
    channels: [
      {
        id: channelId,
        name: channelName,
        topic: 'Actions of accepted quotes',
        members: [...operators.map(({ id }) => id), botUserId],
      },
    ],
  };
};

const slackCommand = (): readonly [string, ...string[]] => {
  const name = `local-slack-${process.platform}-${process.arch}`;
  const binary = join(REPOSITORY_ROOT, 'node_modules', name, 'bin', 'local-slack');
  return existsSync(binary) ? [binary] : ['npx', '--yes', NPX_PACKAGE];
};

/**
 * Starts an empty local Slack with one channel and two operators, and waits until it answers. It differs from Slack in two
 * ways: it listens on every interface, and it accepts any token.
 * @throws {LocalEnvironmentError} with the end of its log when it does not start
 */
export const startSlack = async (options: SlackOptions): Promise<LocalSlack> => {
  const port = await claimPort(options.port);
  const secrets = options.secrets ?? makeSlackSecrets();
  const tmpDir = makeTemporaryDir('quoteq-slack-');
  const configFile = join(tmpDir, 'config.json');
  writeFileSync(configFile, JSON.stringify(configOf(options.requestUrl, secrets), null, 2), { mode: 0o600 });
  const [command, ...prefix] = slackCommand();
  const address = ['--port', `${port}`, '--base-host', '127.0.0.1'];
  const url = `http://127.0.0.1:${port}`;
  const service = await startHealthyService(
    {
      name: 'The local Slack',
      command,
      args: [...prefix, '--config', configFile, ...address, '--files-dir', tmpDir],
      env: { PATH: pathWithNode24(), HOME: process.env['HOME'] ?? tmpDir, TMPDIR: tmpDir },
      cwd: tmpDir,
      temporaryDir: tmpDir,
      logFile: options.logFile,
      detachedOf: options.detachedOf,
    },
    `${url}/_control/state`,
    BOOT_LIMIT_SECONDS,
  );
  const { teamId, channelId, operators } = LOCAL_WORKSPACE;
  const { pid, startedAt } = service;
  const stop = (): Promise<void> => service.stop();
  const workspace = { teamId, channelId, operators };
  return { url, pageUrl: `${url}/`, port, ...secrets, ...workspace, tmpDir, pid, startedAt, stop };
};
