/**
 * `npm run dashboard`: draws the dashboard from `docs/data/dashboard.json`. With `-- --record` it first reads the running local
 * environment from `--since` on (in the form of `quoteq kpi`) and stores the recording. It writes to a folder of the user's, or
 * with `--committed` to the files of docs.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { CliError } from '../cli/cli-error.ts';
import { print } from '../cli/terminal/print.ts';
import { parseSince } from '../kpi/since.ts';
import { localStatus } from '../local/environment.ts';
import { LOCAL_ROOT } from '../paths.ts';
import { drawDashboard } from './draw.ts';
import { record, type Recording, recordingSchema } from './recording.ts';

/** Options of the command. */
export interface DashboardOptions {
  readonly record?: boolean;
  /** Start of the window, in the form of `quoteq kpi`; @default `1d` */
  readonly since?: string;
  /** Folder of the output; @default `.local/dashboard` */
  readonly out?: string;
  /** Overwrite the files of docs instead. @default false */
  readonly committed?: boolean;
}

/** The recording in docs. */
const RECORDING_FILE = fileURLToPath(new URL('../../docs/data/dashboard.json', import.meta.url));
/** The picture in docs. */
export const PICTURE_FILE = fileURLToPath(new URL('../../docs/images/dashboard.svg', import.meta.url));

/** Paths of a recording and its picture. */
interface Files {
  readonly recording: string;
  readonly picture: string;
}

/** Reads the recording in docs. @throws {Error} when the file does not match the schema */
export const readRecording = async (): Promise<Recording> =>
  recordingSchema.parse(JSON.parse(await readFile(RECORDING_FILE, 'utf8')));

async function filesOf({ out, committed }: DashboardOptions): Promise<Files> {
  if (committed === true) {
    if (out !== undefined)
      throw new CliError('--out: not allowed with --committed, which already names the files');
    return { recording: RECORDING_FILE, picture: PICTURE_FILE };
  }
  const folder = out ?? join(LOCAL_ROOT, 'dashboard');
  await mkdir(folder, { recursive: true });
  return { recording: join(folder, 'dashboard.json'), picture: join(folder, 'dashboard.svg') };
}

async function recordSince(since: string): Promise<Recording> {
  const sinceMs = parseSince(since, Date.now());
  const { outputs } = localStatus();
  if (outputs === undefined) throw new CliError('Nothing to record: npm run quoteq -- local up');
  return record(outputs, 'A local environment', sinceMs);
}

const say = (what: string, file: string): boolean => print(`${what}: ${relative(process.cwd(), file)}`);

/** Stores a recording in the format of docs, so that the file's lines do not depend on who records. */
export async function keepRecording(file: string, recording: Recording): Promise<void> {
  const layout = await resolveConfig(RECORDING_FILE);
  await writeFile(file, await format(JSON.stringify(recording), { ...layout, parser: 'json' }));
  say('Recording', file);
}

/** Draws the picture, after a new recording if requested. @throws {CliError} if no environment is running, or on a wrong option */
export async function dashboard(options: DashboardOptions): Promise<void> {
  const { record: isAsked, since } = options;
  if (isAsked !== true && since !== undefined)
    throw new CliError('--since: expected only together with --record');
  const recording = isAsked === true ? await recordSince(since ?? '1d') : await readRecording();
  const files = await filesOf(options);
  if (isAsked === true) await keepRecording(files.recording, recording);
  await writeFile(files.picture, await drawDashboard(recording));
  say('Picture', files.picture);
}
