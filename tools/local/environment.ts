/**
 * The whole local environment: emulator, Slack, CRM stand-in, fault proxy, and a real deployment of the stacks.
 * In-process for tests (free ports, a root of its own, gone with the process), detached for people.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../rig/process/file-lock.ts';
import { isInterrupted, keepNoted, noteUndo } from '../rig/process/interruption.ts';
import { readState, statusOf, stopState } from './local-state.ts';
import type { LocalStatus } from './local-state.ts';
import type { LocalOutputs } from './outputs.ts';
import { LocalEnvironmentError, removeDir } from '../rig/process/processes.ts';
import { probeOverrides, readOverrides } from './overrides.ts';
import { bringUp } from './parts.ts';
import { LOCAL_ROOT } from '../paths.ts';
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

const lockFile = (root: string): string => join(root, 'up.lock');

/** @throws {LocalEnvironmentError} when something else has its place, or it may not be made */
const makeRoot = (root: string): void => {
  try {
    mkdirSync(root, { recursive: true });
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new LocalEnvironmentError(`${root}: expected a folder for the local environment (${why})`, {
      cause,
    });
  }
};

const removeIfEmpty = (root: string): void => {
  if (existsSync(root) && readdirSync(root).length === 0) rmdirSync(root);
};

/** What a start writes below its root, besides the state and the installed emulator. */
const WRITTEN = ['logs', 'cdk.out', 'cdk-home', 'cdk-outputs.json'];

/** Notes that what this start is about to write goes if it is interrupted, and the root with it if it is new. */
const noteNewEntries = (root: string): (() => void) => {
  const isNew = !existsSync(root);
  const written = WRITTEN.map((name) => join(root, name)).filter((entry) => !existsSync(entry));
  return noteUndo(() => {
    for (const entry of written) removeDir(entry);
    if (isNew) removeIfEmpty(root);
  });
};

/** Status of the detached environment below `root`. */
export const localStatus = (root: string = LOCAL_ROOT): LocalStatus => statusOf(root);

/**
 * Stops the detached environment below `root`; returns how many processes were running. A process that only has the
 * pid of one of its own is left alone.
 */
export const stopLocalEnvironment = async (root: string = LOCAL_ROOT): Promise<number> => {
  const isNew = !existsSync(root);
  makeRoot(root);
  const stopped = await withFileLock(lockFile(root), () => stopState(root));
  if (isNew) removeIfEmpty(root);
  return stopped;
};

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

/** Of this process, which the signal that has interrupted it ends in a moment. */
const theEnd = (): Promise<never> => new Promise<never>(() => undefined);

/** Undoes what was started when a later step fails or a signal comes. */
const guarded = async (start: Start): Promise<LocalEnvironment> => {
  start.session.watchSignals();
  try {
    const environment = await build(start);
    return isInterrupted() ? await theEnd() : environment;
  } catch (error) {
    await start.session.stop();
    // What fails because it is being stopped is no news.
    if (isInterrupted()) await theEnd();
    throw error;
  }
};

const startInProcess = async (options: LocalEnvironmentOptions): Promise<LocalEnvironment> => {
  const session = new Session(options.onProgress ?? silent);
  makeRoot(LOCAL_ROOT);
  const root = options.root ?? mkdtempSync(join(LOCAL_ROOT, 'test-'));
  if (options.root === undefined) noteUndo(() => removeDir(root));
  let isUp = false;
  // Only once it has run: the logs of a failed start are worth keeping.
  await session.onStop(async () => {
    if (isUp && options.root === undefined) rmSync(root, { recursive: true, force: true });
  });
  const environment = await guarded({ root, detached: false, options, session });
  isUp = true;
  return environment;
};

const startUnlessRunning = async (start: Start): Promise<LocalEnvironment> => {
  const { root, session } = start;
  const running = runningEnvironment(root);
  if (running !== undefined) {
    session.say('The local environment is running already');
    return running;
  }
  if ((await stopState(root)) > 0) session.say('Stopped what was left of an earlier one');
  await session.onStop(async () => {
    await stopState(root);
  });
  const environment = await guarded(start);
  keepNoted();
  return { ...environment, stop: () => stopLocalEnvironment(root).then(() => undefined) };
};

/** Signals are watched before the first thing is made, the lock. */
const startDetached = async (root: string, options: LocalEnvironmentOptions): Promise<LocalEnvironment> => {
  const session = new Session(options.onProgress ?? silent);
  session.watchSignals();
  const forget = noteNewEntries(root);
  try {
    makeRoot(root);
    return await withFileLock(lockFile(root), () =>
      startUnlessRunning({ root, detached: true, options, session }),
    );
  } finally {
    forget();
    session.unwatchSignals();
  }
};

/**
 * Starts a local environment; a detached one that is running already is left as it is and returned.
 * SIGINT, SIGTERM and SIGHUP undo a start that is under way; in-process they stop a running environment too. If the process is
 * killed, the parts of one in-process die with it.
 * @throws {LocalEnvironmentError} naming the part that failed, with the end of its log; nothing is left running
 */
export const startLocalEnvironment = (options: LocalEnvironmentOptions = {}): Promise<LocalEnvironment> =>
  options.detached === true ? startDetached(options.root ?? LOCAL_ROOT, options) : startInProcess(options);
