/** Starts the parts of a local environment and deploys the stacks into it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap, deploy, rawOutputsFile, synthesize } from './cdk.ts';
import type { CdkTarget } from './cdk.ts';
import { ensureCrmProperties } from '../rig/crm/crm-setup.ts';
import { emulatorCommand, startEmulator } from '../rig/aws/emulator.ts';
import { HOST_SETTINGS_ENV, startHost } from '../rig/host.ts';
import { installEmulator } from '../rig/aws/install-emulator.ts';
import { writeState, writeWhole } from './local-state.ts';
import { localOutputsOf, outputsFile, parseStackOutputs } from './outputs.ts';
import type { LocalOutputs } from './outputs.ts';
import type { Overrides } from './overrides.ts';
import { pathWithNode24 } from '../paths.ts';
import type { Plan } from './plan.ts';
import { LocalEnvironmentError, startHealthyService } from '../rig/process/processes.ts';
import { allOrFirstError } from './session.ts';
import type { Session } from './session.ts';
import { startSlack } from '../rig/slack/slack.ts';
import { setUpStack } from './stack-setup.ts';
import { warmUp } from './warm-up.ts';

const HOST_LIMIT_SECONDS = 30;

/** The input of the parts. */
export interface Build {
  readonly root: string;
  readonly detached: boolean;
  readonly overrides: Overrides;
  readonly plan: Plan;
  readonly session: Session;
  /** Folder of the CDK app; @default the repository */
  readonly appDir: string | undefined;
}

const logFile = (build: Build, name: string): string => join(build.root, 'logs', `${name}.log`);

/** See `ServiceOptions.detachedOf`. */
const detachedOf = ({ root, detached }: Build): string | undefined => (detached ? root : undefined);

/** Records a detached service as soon as it runs, so that an interrupted start can be cleaned up. */
const record = async (
  build: Build,
  name: 'aws' | 'slack' | 'host',
  ports: readonly number[],
  service: {
    readonly pid: number;
    readonly startedAt: string;
    readonly tmpDir?: string;
    stop(): Promise<void>;
  },
): Promise<void> => {
  const { pid, startedAt, tmpDir } = service;
  build.session.services.push({
    name,
    pid,
    startedAt,
    ports: [...ports],
    ...(tmpDir === undefined ? {} : { tmpDir }),
  });
  if (build.detached) {
    const { services } = build.session;
    writeState(build.root, { version: 1, services, secrets: build.plan.secrets });
  }
  await build.session.onStop(() => service.stop());
};

const startDetachedHost = async (build: Build): Promise<void> => {
  const { plan, root } = build;
  const service = await startHealthyService(
    {
      name: 'The host of CRM, fault proxy and Slack page',
      command: process.execPath,
      args: [join(import.meta.dirname, '../rig/host.ts')],
      env: { PATH: pathWithNode24(), [HOST_SETTINGS_ENV]: JSON.stringify(plan.host) },
      cwd: root,
      logFile: logFile(build, 'host'),
      detachedOf: root,
    },
    `${plan.addresses.faultProxyUrl}/_control/health`,
    HOST_LIMIT_SECONDS,
  );
  await record(build, 'host', [plan.ports.crm, plan.ports.proxy, plan.ports.slackPage], service);
};

const startHostPart = async (build: Build): Promise<void> => {
  if (build.detached) return startDetachedHost(build);
  const host = await startHost(build.plan.host);
  return build.session.onStop(() => host.stop());
};

const startSlackPart = async (build: Build): Promise<void> => {
  const { plan } = build;
  const { slackBotToken: botToken, slackSigningSecret: signingSecret } = plan.secrets;
  const slack = await startSlack({
    requestUrl: plan.slackRequestUrl,
    secrets: { botToken, signingSecret },
    port: plan.ports.slack,
    logFile: logFile(build, 'slack'),
    detachedOf: detachedOf(build),
  });
  await record(build, 'slack', [slack.port], slack);
};

const startEmulatorPart = async (build: Build, python: string): Promise<void> => {
  const { plan } = build;
  const command = emulatorCommand(python);
  const emulator = await startEmulator({
    command,
    port: plan.ports.aws,
    logFile: logFile(build, 'aws'),
    detachedOf: detachedOf(build),
  });
  await record(build, 'aws', [emulator.port], emulator);
};

const targetOf = ({ root, plan, appDir }: Build): CdkTarget => {
  const { addresses, keys, appEnv } = plan;
  return { awsEndpointUrl: addresses.awsEndpointUrl, keys, root, appEnv, appDir };
};

const startAws = async (build: Build): Promise<void> => {
  const { session, overrides } = build;
  if (overrides.awsEndpointUrl === undefined) {
    const onProgress = (step: string): void => session.say(step);
    const { python } = await session.step('Checking the local AWS', () => installEmulator({ onProgress }));
    await session.step('Starting the local AWS', () => startEmulatorPart(build, python));
  }
  await session.step('Bootstrapping the Region', () => bootstrap(targetOf(build)));
};

const tellProxy = async (build: Build, apiUrl: string): Promise<void> => {
  const body = JSON.stringify({ url: apiUrl });
  const response = await fetch(`${build.plan.addresses.faultProxyUrl}/_control/api`, { method: 'PUT', body });
  if (!response.ok) throw new LocalEnvironmentError(`fault proxy: ${await response.text()}`);
};

const finish = async (build: Build): Promise<LocalOutputs> => {
  const { plan, root } = build;
  const stack = parseStackOutputs(readFileSync(rawOutputsFile(root), 'utf8'));
  const outputs = localOutputsOf(plan.addresses, stack);
  await allOrFirstError([
    setUpStack({ awsEndpointUrl: outputs.awsEndpointUrl, keys: plan.keys }, stack, plan.secrets),
    ensureCrmProperties(plan.crmPortal),
    tellProxy(build, outputs.apiUrl),
  ]);
  writeWhole(outputsFile(root), `${JSON.stringify(outputs, null, 2)}\n`, 0o644);
  return outputs;
};

/**
 * Starts the parts that the user does not provide, deploys, and sets up secrets, TTL and CRM properties. The app is synthesised
 * while the emulator starts and is bootstrapped, because the two are independent.
 * @throws {LocalEnvironmentError} with the part that failed and the end of its log
 */
export const bringUp = async (build: Build): Promise<LocalOutputs> => {
  const { session, overrides } = build;
  const work = [
    session.step('Starting the fault proxy and the CRM', () => startHostPart(build)),
    startAws(build),
    session.step('Synthesising the stacks', () => synthesize(targetOf(build))),
  ];
  if (overrides.slack === undefined) work.push(session.step('Starting Slack', () => startSlackPart(build)));
  await allOrFirstError(work);
  await session.step('Deploying the stacks', () => deploy(targetOf(build)));
  const outputs = await session.step('Setting up secrets, TTL and the CRM', () => finish(build));
  // Only for people: without it the first card would wait for cold starts, and the status latency in `quoteq kpi` would include
  // them.
  if (build.detached)
    await session.step('Warming up the functions', () =>
      warmUp(outputs, build.plan.keys, (text) => session.say(text)),
    );
  return outputs;
};
