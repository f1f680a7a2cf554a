/**
 * `npm run dashboard`: draws `docs/images/dashboard.svg` from `docs/data/dashboard.json`. With `-- --record` it reads the
 * running local environment first, from `--since` on (as `quoteq kpi` takes it), and keeps what it found as that file.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError } from '../cli/cli-error.ts';
import { parseSince } from '../kpi/since.ts';
import { localStatus } from '../local/environment.ts';
import { drawDashboard } from './draw.ts';
import { record, type Recording, recordingSchema } from './recording.ts';

/** Options of the command. */
export interface DashboardOptions {
  readonly record?: boolean;
  /** @default `1d` */
  readonly since?: string;
}

/** The recording. */
export const RECORDING_FILE = new URL('../../docs/data/dashboard.json', import.meta.url);
/** The picture. */
export const PICTURE_FILE = new URL('../../docs/images/dashboard.svg', import.meta.url);

/** Reads the recording. @throws {Error} when it is not one */
export const readRecording = async (): Promise<Recording> =>
  recordingSchema.parse(JSON.parse(await readFile(RECORDING_FILE, 'utf8')));

async function keepRecording(since: string): Promise<void> {
  const sinceMs = parseSince(since, Date.now());
  const { outputs } = localStatus();
  if (outputs === undefined) throw new CliError('Nothing to record: npm run quoteq -- local up');
  const recording = await record(outputs, 'A local environment', sinceMs);
  await writeFile(RECORDING_FILE, `${JSON.stringify(recording)}\n`);
}

/** Draws the picture, after recording anew if that is asked for. @throws {CliError} when nothing runs, or on a wrong option */
export async function dashboard({ record: isAsked, since }: DashboardOptions): Promise<void> {
  if (isAsked === true) await keepRecording(since ?? '1d');
  else if (since !== undefined)
    throw new CliError('--since: expected --record with it, which alone takes it');
  await writeFile(PICTURE_FILE, await drawDashboard(await readRecording()));
  process.stdout.write(`${relative(process.cwd(), fileURLToPath(PICTURE_FILE))}\n`);
}
