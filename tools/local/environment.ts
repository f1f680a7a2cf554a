/**
 * The whole local environment: emulator, Slack, CRM stand-in, fault proxy, and a real deployment of the stacks.
 * In-process for tests (free ports, a root of its own, gone with the process), detached for people.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from './file-lock.ts';
import { readState, statusOf, stopState } from './local-state.ts';
import type { LocalStatus } from './local-state.ts';
import type { LocalOutputs } from './outputs.ts';
import { probeOverrides, readOverrides } from './overrides.ts';
import { bringUp } from './parts.ts';
import { LOCAL_ROOT } from './paths.ts';
import { makePlan } from './plan.ts';
import type { LocalPorts } from './plan.ts';
import { Session } from './session.ts';
import type { StepTime } from './session.ts';
import type { ProviderSecretValues } from './stack-setup.ts';

/** How to start it. */
export interface LocalEnvironmentOptions {
  /** Folder for state, logs and the assembly; @default `.local`, or a new `.local/test-…` when not detached */
  readonly root?: string;
  /** @default free ones; detached: 4566 to 4570 where they are free */
  readonly ports?: Partial<LocalPorts>;
  /** The parts keep running after this process has ended; @default false */
  readonly detached?: boolean;
  /** Hears each step as it begins. */
  readonly onProgress?: (step: string) => void;
  /** Where overrides are read from (see `readOverrides`); @default this process's environment */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folder with the cdk.json of the app to deploy; @default the repository */
  readonly appDir?: string;
}

/** A running local environment. */
export interface LocalEnvironment {
  readonly root: string;
  readonly outputs: LocalOutputs;
  readonly secrets: ProviderSecretValues;
  /** A detached one was running already; nothing was started. */
  readonly alreadyRunning: boolean;
  /** Each step with its time; empty when it was running already. Steps may overlap. */
  readonly timings: readonly StepTime[];
  /** Stops every part. In-process, a root that was made for it is deleted. */
  stop(): Promise<void>;
}

const silent = (): void => undefined;

/** Status of the detached environment below `root`. */
export const localStatus = (root: string = LOCAL_ROOT): LocalStatus => statusOf(root);

/**
 * Stops the detached environment below `root`; returns how many processes were running. A process that only has the
 * pid of one of its own is left alone.
 */
export const stopLocalEnvironment = (root: string = LOCAL_ROOT): Promise<number> =>
  withFileLock(join(root, 'up.lock'), () => stopState(root));

const runningEnvironment = (root: string): LocalEnvironment | undefined => {
  const { outputs } = statusOf(root);
  const secrets = readState(root)?.secrets;
  if (outputs === undefined || secrets === undefined) return undefined;
  const stop = async (): Promise<void> => {
    await stopLocalEnvironment(root);
  };
  return { root, outputs, secrets, alreadyRunning: true, timings: [], stop };
};

interface Start {
  readonly root: string;
  readonly detached: boolean;
  readonly options: LocalEnvironmentOptions;
  readonly session: Session;
}

const build = async ({ root, detached, options, session }: Start): Promise<LocalEnvironment> => {
  const overrides = readOverrides(options.env ?? process.env);
  await probeOverrides(overrides);
  const plan = await makePlan(overrides, { ports: options.ports ?? {}, preferKnown: detached });
  const outputs = await bringUp({ root, detached, overrides, plan, session, appDir: options.appDir });
  const { timings } = session;
  return { root, outputs, secrets: plan.secrets, alreadyRunning: false, timings, stop: () => session.stop() };
};

/** Undoes what was started when a later step fails or a signal comes. */
const guarded = async (start: Start): Promise<LocalEnvironment> => {
  start.session.watchSignals();
  try {
    return await build(start);
  } catch (error) {
    await start.session.stop();
    throw error;
  }
};

const startInProcess = async (options: LocalEnvironmentOptions): Promise<LocalEnvironment> => {
  const session = new Session(options.onProgress ?? silent);
  mkdirSync(LOCAL_ROOT, { recursive: true });
  const root = options.root ?? mkdtempSync(join(LOCAL_ROOT, 'test-'));
  let isUp = false;
  // Only once it has run: the logs of a failed start are worth keeping.
  await session.onStop(async () => {
    if (isUp && options.root === undefined) rmSync(root, { recursive: true, force: true });
  });
  const environment = await guarded({ root, detached: false, options, session });
  isUp = true;
  return environment;
};

const startDetached = (root: string, options: LocalEnvironmentOptions): Promise<LocalEnvironment> =>
  withFileLock(join(root, 'up.lock'), async () => {
    const session = new Session(options.onProgress ?? silent);
    const running = runningEnvironment(root);
    if (running !== undefined) {
      session.say('The local environment is running already');
      return running;
    }
    if ((await stopState(root)) > 0) session.say('Stopped what was left of an earlier one');
    await session.onStop(async () => {
      await stopState(root);
    });
    const environment = await guarded({ root, detached: true, options, session });
    session.unwatchSignals();
    return { ...environment, stop: () => stopLocalEnvironment(root).then(() => undefined) };
  });

/**
 * Starts a local environment; a detached one that is running already is left as it is and returned.
 * In-process, SIGINT and SIGTERM stop every part first; if the process is killed, the parts die with it.
 * @throws {LocalEnvironmentError} naming the part that failed, with the end of its log; nothing is left running
 */
export const startLocalEnvironment = (options: LocalEnvironmentOptions = {}): Promise<LocalEnvironment> =>
  options.detached === true ? startDetached(options.root ?? LOCAL_ROOT, options) : startInProcess(options);
