/** The state file of a detached local environment, with which later commands find it: `state.json`, readable by its owner only. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod/mini';
import { type MarkedProcess, markedProcesses } from '../rig/process/marked-processes.ts';
import { isRunning, stopRecorded } from '../rig/process/process-identity.ts';
import { removeDir } from '../rig/process/processes.ts';
import { outputsFile, readLocalOutputs } from './outputs.ts';
import type { LocalOutputs } from './outputs.ts';
import { readStoredJson } from './stored-json.ts';

const serviceSchema = z.object({
  name: z.enum(['aws', 'slack', 'host']),
  /** At least 2, because a signal to 0, 1 or a negative number reaches other processes. */
  pid: z.int().check(z.minimum(2)),
  startedAt: z.string(),
  ports: z.array(z.int()),
  /** Temporary folder that is deleted together with the process. */
  tmpDir: z.optional(z.string()),
});
const stateSchema = z.object({
  version: z.literal(1),
  services: z.array(serviceSchema),
  secrets: z.object({ crmToken: z.string(), slackBotToken: z.string(), slackSigningSecret: z.string() }),
});
/** Fields that identify a process in a state of any version. */
const anyServiceSchema = z.object({
  pid: serviceSchema.shape.pid,
  startedAt: z.string(),
  tmpDir: z.optional(z.string()),
});
const anyStateSchema = z.object({ services: z.array(z.unknown()) });

/** A process of the environment: the emulator, Slack, or the host of CRM and fault proxy. */
export type LocalService = z.infer<typeof serviceSchema>;
/** The state of a detached environment. */
export type LocalState = z.infer<typeof stateSchema>;

/** A service, and whether exactly this process is alive. */
interface ServiceStatus extends LocalService {
  readonly alive: boolean;
}

/** Status of the environment below a root. */
export interface LocalStatus {
  /**
   * `partial`: some of its processes have ended, its start was interrupted, or its files are damaged; stop and start it again.
   */
  readonly state: 'running' | 'partial' | 'stopped';
  readonly services: readonly ServiceStatus[];
  /** Present if `state` is `running`. */
  readonly outputs?: LocalOutputs;
}

const stateFile = (root: string): string => join(root, 'state.json');

/** Reads the state; `undefined` when it is absent or this version cannot read it. */
export const readState = (root: string): LocalState | undefined => {
  const stored = readStoredJson(stateFile(root));
  const parsed = stateSchema.safeParse(stored.kind === 'read' ? stored.value : undefined);
  return parsed.success ? parsed.data : undefined;
};

/** The processes that a state of any version names. */
const namedProcesses = (root: string): readonly MarkedProcess[] => {
  const stored = readStoredJson(stateFile(root));
  const parsed = anyStateSchema.safeParse(stored.kind === 'read' ? stored.value : undefined);
  const services: readonly unknown[] = parsed.success ? parsed.data.services : [];
  return services.flatMap((service) => {
    const read = anyServiceSchema.safeParse(service);
    if (!read.success) return [];
    const { tmpDir, ...process } = read.data;
    return [{ ...process, ...(tmpDir === undefined ? {} : { tmpDir }) }];
  });
};

/** Replaces a file atomically: a reader sees either the old or the new content. */
export const writeWhole = (file: string, text: string, mode = 0o600): void => {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(`${file}.new`, text, { mode });
  renameSync(`${file}.new`, file);
};

/** Writes the state. */
export const writeState = (root: string, state: LocalState): void =>
  writeWhole(stateFile(root), `${JSON.stringify(state, null, 2)}\n`);

/** The addresses; `undefined` if they are damaged. */
const outputsIn = (root: string): LocalOutputs | undefined => {
  try {
    return readLocalOutputs(root);
  } catch {
    return undefined;
  }
};

/** Checks which of the recorded processes are alive. */
export const statusOf = (root: string): LocalStatus => {
  const state = readState(root);
  const services = (state?.services ?? []).map((service) => ({ ...service, alive: isRunning(service) }));
  if (!services.some(({ alive }) => alive)) {
    const isLeft = state === undefined && readStoredJson(stateFile(root)).kind !== 'absent';
    return { state: isLeft ? 'partial' : 'stopped', services };
  }
  const outputs = services.every(({ alive }) => alive) ? outputsIn(root) : undefined;
  return outputs === undefined ? { state: 'partial', services } : { state: 'running', services, outputs };
};

/** Names of the services' temporary folders. Because of this, a damaged state cannot cause the deletion of another folder. */
const OWN_FOLDER = /^quoteq-(aws|slack)-\w+$/;
const isOwnFolder = (dir: string): boolean => OWN_FOLDER.test(basename(dir));

/**
 * Kills the remains of a detached environment and deletes its files, whatever their condition; returns how many processes were
 * running. It kills a process only if the state names it with its start time, or if the process carries the mark of this root.
 */
export const stopState = async (root: string): Promise<number> => {
  const found = [...namedProcesses(root), ...markedProcesses(root)];
  const processes = [...new Map(found.map((process) => [process.pid, process])).values()];
  const stopped = await Promise.all(processes.map(stopRecorded));
  for (const { tmpDir } of found) if (tmpDir !== undefined && isOwnFolder(tmpDir)) removeDir(tmpDir);
  for (const file of [stateFile(root), outputsFile(root)]) {
    for (const written of [file, `${file}.new`]) removeDir(written);
  }
  return stopped.filter(Boolean).length;
};
