/** What a detached local environment leaves behind so that a later command finds it: `state.json`, for the owner only. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { isRunning, stopRecorded } from './process-identity.ts';
import { removeDir } from './processes.ts';
import { parseLocalOutputs } from './outputs.ts';
import type { LocalOutputs } from './outputs.ts';

const serviceSchema = z.object({
  name: z.enum(['aws', 'slack', 'host']),
  pid: z.int(),
  startedAt: z.string(),
  ports: z.array(z.int()),
  /** Temporary folder to delete with it. */
  tmpDir: z.optional(z.string()),
});
const stateSchema = z.object({
  version: z.literal(1),
  services: z.array(serviceSchema),
  secrets: z.object({ crmToken: z.string(), slackBotToken: z.string(), slackSigningSecret: z.string() }),
});

/** A process of the environment: the emulator, Slack, or the host of CRM and fault proxy. */
export type LocalService = z.infer<typeof serviceSchema>;
/** The state of a detached environment. */
export type LocalState = z.infer<typeof stateSchema>;

/** A service and whether that very process lives. */
interface ServiceStatus extends LocalService {
  readonly alive: boolean;
}

/** Status of the environment below a root. */
export interface LocalStatus {
  /** `partial`: some of its processes have ended, or its start was cut off; stop it and start it anew. */
  readonly state: 'running' | 'partial' | 'stopped';
  readonly services: readonly ServiceStatus[];
  /** Present while running. */
  readonly outputs?: LocalOutputs;
}

const stateFile = (root: string): string => join(root, 'state.json');

/** Where the addresses are written. */
export const outputsFile = (root: string): string => join(root, 'outputs.json');

/** Reads the state; `undefined` when there is none, or one that this version cannot read. */
export const readState = (root: string): LocalState | undefined => {
  if (!existsSync(stateFile(root))) return undefined;
  const parsed = stateSchema.safeParse(JSON.parse(readFileSync(stateFile(root), 'utf8')));
  return parsed.success ? parsed.data : undefined;
};

/** Replaces a file as a whole: a reader sees the old one or the new one. */
export const writeWhole = (file: string, text: string, mode = 0o600): void => {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(`${file}.new`, text, { mode });
  renameSync(`${file}.new`, file);
};

/** Writes the state. */
export const writeState = (root: string, state: LocalState): void =>
  writeWhole(stateFile(root), `${JSON.stringify(state, null, 2)}\n`);

/** Looks which of the recorded processes live. */
export const statusOf = (root: string): LocalStatus => {
  const services = (readState(root)?.services ?? []).map((service) => ({
    ...service,
    alive: isRunning(service),
  }));
  if (!services.some(({ alive }) => alive)) return { state: 'stopped', services };
  if (!services.every(({ alive }) => alive) || !existsSync(outputsFile(root)))
    return { state: 'partial', services };
  return { state: 'running', services, outputs: parseLocalOutputs(readFileSync(outputsFile(root), 'utf8')) };
};

/** Kills what is left of a detached environment and deletes its state; returns how many processes were running. */
export const stopState = async (root: string): Promise<number> => {
  const services = readState(root)?.services ?? [];
  const stopped = await Promise.all(services.map(stopRecorded));
  for (const { tmpDir } of services) removeDir(tmpDir);
  rmSync(stateFile(root), { force: true });
  rmSync(outputsFile(root), { force: true });
  return stopped.filter(Boolean).length;
};
