/** The local AWS: one MiniStack process that enforces IAM, on one port of 127.0.0.1. */
import { join } from 'node:path';
import { pathWithNode24 } from '../../paths.ts';
import { claimPort } from '../process/ports.ts';
import { makeTemporaryDir, startHealthyService } from '../process/processes.ts';
import type { ProcessRecord } from '../process/process-identity.ts';

/** The start takes less than a second on an idle machine. */
const BOOT_LIMIT_SECONDS = 60;

/** Options of the start. */
export interface EmulatorOptions {
  /** Program and arguments; usually the Python of `installEmulator` with `-m ministack`. */
  readonly command: readonly [string, ...string[]];
  /** @default a free port */
  readonly port?: number | undefined;
  readonly logFile: string;
  /** See `ServiceOptions.detachedOf`. @default the emulator ends with this process */
  readonly detachedOf?: string | undefined;
}

/** A running emulator. */
export interface Emulator extends ProcessRecord {
  /** Endpoint for the SDK and the AWS command line. */
  readonly url: string;
  readonly port: number;
  /** Its temporary folder, which must be deleted with it. */
  readonly tmpDir: string;
  /** Kills it and its Lambda workers, and deletes its temporary folder. */
  stop(): Promise<void>;
}

/** The command that starts an installed emulator. */
export const emulatorCommand = (python: string): readonly [string, ...string[]] => [
  python,
  '-m',
  'ministack',
];

/**
 * The complete environment of the emulator. Its workers inherit it, so it contains nothing of the host's: no credentials, no
 * proxy, no HOME with an `.aws` folder, no Docker in which the emulator would delete containers.
 */
const emulatorEnv = (port: number, tmpDir: string): Record<string, string> => ({
  PATH: pathWithNode24(),
  HOME: tmpDir,
  TMPDIR: tmpDir,
  S3_DATA_DIR: join(tmpDir, 's3'),
  DOCKER_HOST: `unix://${join(tmpDir, 'no-docker.sock')}`,
  LANG: 'C.UTF-8',
  PYTHONUNBUFFERED: '1',
  BIND_HOST: '127.0.0.1',
  MINISTACK_HOST: '127.0.0.1',
  GATEWAY_PORT: String(port),
  AUTH: 'true',
  SFTP_ENABLED: '0',
  IOT_MTLS_ENABLED: '0',
  LAMBDA_WARM_TTL_SECONDS: '30',
  // Otherwise the SDK in the workers requests instance metadata to find a Region.
  AWS_EC2_METADATA_DISABLED: 'true',
});

/**
 * Starts an empty emulator and waits until it answers.
 * @throws {LocalEnvironmentError} with the end of its log when it does not start
 */
export const startEmulator = async (options: EmulatorOptions): Promise<Emulator> => {
  const port = await claimPort(options.port);
  // The system's temporary folder has no package.json above it, which could change the module type of workers' files.
  const tmpDir = makeTemporaryDir('quoteq-aws-');
  const [command, ...args] = options.command;
  const url = `http://127.0.0.1:${port}`;
  const service = await startHealthyService(
    {
      name: 'The local AWS',
      command,
      args,
      env: emulatorEnv(port, tmpDir),
      cwd: tmpDir,
      temporaryDir: tmpDir,
      logFile: options.logFile,
      detachedOf: options.detachedOf,
    },
    `${url}/_ministack/health`,
    BOOT_LIMIT_SECONDS,
  );
  return { url, port, tmpDir, pid: service.pid, startedAt: service.startedAt, stop: () => service.stop() };
};
