/**
 * The complete local environment: emulator, Slack, CRM stand-in, fault proxy, and a real deployment of the stacks. For tests it
 * runs in-process (free ports, its own root, ends with the process); for people it runs detached.
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

/** Options of the start. */
export interface LocalEnvironmentOptions {
  /** Folder for state, logs and the assembly; @default `.local`; in-process a new `.local/test-…` */
  readonly root?: string;
  /** @default free ports; detached: 4566 to 4570 if they are free */
  readonly ports?: Partial<LocalPorts>;
  /** Whether the parts keep running after this process has ended; @default false */
  readonly detached?: boolean;
  /** Receives the name of each step when it begins. */
  readonly onProgress?: (step: string) => void;
  /** Variables from which overrides are read (see `readOverrides`); @default this process's environment */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folder with the cdk.json of the app to deploy; @default the repository */
  readonly appDir?: string;
}

/** A running local environment. */
export interface LocalEnvironment {
  readonly root: string;
  readonly outputs: LocalOutputs;
  readonly secrets: ProviderSecretValues;
  /** Whether a detached environment was running already, so that nothing was started. */
  readonly alreadyRunning: boolean;
  /** Duration of each step; empty if the environment was running already. Steps may overlap. */
  readonly timings: readonly StepTime[];
  /** Stops every part. In-process it also deletes the root if the start created it. */
  stop(): Promise<void>;
}

const silent = (): void => undefined;

const lockFile = (root: string): string => join(root, 'up.lock');

/** @throws {LocalEnvironmentError} when a file is in the folder's place, or the folder may not be created */
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

/** Entries that a start writes in its root, besides the state and the installed emulator. */
const WRITTEN = ['logs', 'cdk.out', 'cdk-home', 'cdk-outputs.json'];

/**
 * Registers the entries that this start is about to write, so that an interruption deletes them. If the root is new, it is
 * deleted too.
 */
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
 * Stops the detached environment below `root`; returns how many processes were running. A process that only reuses the pid of
 * one of them is not touched.
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

/** Never resolves, because the interrupting signal is about to end this process. */
const theEnd = (): Promise<never> => new Promise<never>(() => undefined);

/** Undoes what was started if a later step fails or a signal arrives. */
const guarded = async (start: Start): Promise<LocalEnvironment> => {
  start.session.watchSignals();
  try {
    const environment = await build(start);
    return isInterrupted() ? await theEnd() : environment;
  } catch (error) {
    await start.session.stop();
    // An error that the interruption itself causes is not reported.
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
  // Registered only after a successful start, because the logs of a failed start must be kept.
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
    session.say('The local environment is already running');
    return running;
  }
  if ((await stopState(root)) > 0) session.say('Stopped the remains of an earlier one');
  await session.onStop(async () => {
    await stopState(root);
  });
  const environment = await guarded(start);
  keepNoted();
  return { ...environment, stop: () => stopLocalEnvironment(root).then(() => undefined) };
};

/** Signals are watched before the first thing is created, which is the lock. */
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
 * Starts a local environment. If a detached one is already running, it is returned unchanged. SIGINT, SIGTERM and SIGHUP undo
 * an unfinished start; in-process they also stop a running environment. If the process is killed, the parts of an in-process
 * environment end with it.
 * @throws {LocalEnvironmentError} with the part that failed and the end of its log; nothing is left running
 */
export const startLocalEnvironment = (options: LocalEnvironmentOptions = {}): Promise<LocalEnvironment> =>
  options.detached === true ? startDetached(options.root ?? LOCAL_ROOT, options) : startInProcess(options);
