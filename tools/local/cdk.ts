/** Runs the AWS CDK command line against the local AWS: no account, no network beyond this machine. */
import { join } from 'node:path';
import { REPOSITORY_ROOT, pathWithNode24 } from '../paths.ts';
import { makeTemporaryDir, removeDir, runToEnd } from '../rig/process/processes.ts';

/** The one Region of the local environment. */
export const LOCAL_REGION = 'us-east-1';

/** Key pair that the emulator accepts as root. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Settings of one deployment. */
export interface CdkTarget {
  readonly awsEndpointUrl: string;
  readonly keys: AwsKeys;
  /** Root of the local environment; gets the assembly, the outputs and the log. */
  readonly root: string;
  /** Folder with the cdk.json of the app; @default the repository */
  readonly appDir?: string | undefined;
  /** Variables that the CDK app reads (`QUOTEQ_…`). */
  readonly appEnv: Readonly<Record<string, string>>;
}

const CLI = join(REPOSITORY_ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');

/** The synthesised app. */
const assemblyDir = (root: string): string => join(root, 'cdk.out');

/** Output of `cdk deploy --outputs-file`: stack → output → value. */
export const rawOutputsFile = (root: string): string => join(root, 'cdk-outputs.json');

/** The user's own AWS files and settings are ignored, so that a local deployment cannot reach an account. */
const cdkEnv = (target: CdkTarget, tmpDir: string): Record<string, string> => ({
  PATH: pathWithNode24(),
  HOME: process.env['HOME'] ?? target.root,
  TMPDIR: tmpDir,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: target.awsEndpointUrl,
  AWS_ACCESS_KEY_ID: target.keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: target.keys.secretAccessKey,
  AWS_REGION: LOCAL_REGION,
  AWS_DEFAULT_REGION: LOCAL_REGION,
  CDK_HOME: join(target.root, 'cdk-home'),
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: 'true',
  CI: 'true',
  ...target.appEnv,
});

/** @param cwd working directory; @default the folder for its temporary files */
const runCdk = async (target: CdkTarget, args: readonly string[], cwd?: string): Promise<void> => {
  const tmpDir = makeTemporaryDir('quoteq-cdk-');
  try {
    await runToEnd({
      name: `cdk ${args[0] ?? ''}`,
      command: process.execPath,
      args: [CLI, ...args, '--no-notices', '--no-version-reporting', '--no-color'],
      env: cdkEnv(target, tmpDir),
      cwd: cwd ?? tmpDir,
      logFile: join(target.root, 'logs', `cdk-${args[0] ?? ''}.log`),
    });
  } finally {
    removeDir(tmpDir);
  }
};

/**
 * Bootstraps the Region. Runs outside the repository: next to a cdk.json the command would synthesise the app first.
 * @throws {LocalEnvironmentError} with the end of the command's log
 */
export const bootstrap = (target: CdkTarget): Promise<void> =>
  runCdk(target, ['bootstrap', `aws://000000000000/${LOCAL_REGION}`]);

/**
 * Synthesises the app for the local stage, bundles included.
 * @throws {LocalEnvironmentError} with the end of the command's log
 */
export const synthesize = (target: CdkTarget): Promise<void> =>
  runCdk(
    target,
    ['synth', '--quiet', '-c', 'stage=local', '--output', assemblyDir(target.root)],
    target.appDir ?? REPOSITORY_ROOT,
  );

/**
 * Deploys the assembly of {@link synthesize}, without change sets, and writes {@link rawOutputsFile}.
 * @throws {LocalEnvironmentError} with the end of the command's log
 */
export const deploy = (target: CdkTarget): Promise<void> => {
  const options = [
    '--method=direct',
    '--require-approval',
    'never',
    '--outputs-file',
    rawOutputsFile(target.root),
  ];
  const concurrency = ['--asset-parallelism', 'true'];
  return runCdk(
    target,
    ['deploy', '--all', '--app', assemblyDir(target.root), ...options, ...concurrency],
    target.appDir ?? REPOSITORY_ROOT,
  );
};
