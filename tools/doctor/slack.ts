/** `quoteq doctor slack`: checks each step of `docs/slack-setup.md` against the deployment and against Slack. */
import { randomUUID } from 'node:crypto';
import { parseOperators } from '../../lambdas/slack/adapters/operators.ts';
import { createSlackClient } from '../../lambdas/shared/adapters/slack-api/slack-client.ts';
import type { SlackSecret } from '../../lambdas/shared/contracts/provider-secrets.ts';
import { readStage } from '../cli/target/stage-target.ts';
import { resolveTarget } from '../cli/target/target.ts';
import type { TargetOptions } from '../cli/target/target.ts';
import { localStatus } from '../local/environment.ts';
import { checkManifest, readManifest } from './app-manifest.ts';
import type { AppAccess } from './app-manifest.ts';
import { readCredentials, readDeployment, readParameter } from './deployment.ts';
import type { DoctorTarget, SlackDeployment } from './deployment.ts';
import { failed, ok } from './finding.ts';
import type { Finding, Subject } from './finding.ts';
import { reportFindings } from './report-findings.ts';
import { checkRequestUrls } from './request-url-checks.ts';
import { checkChannel, checkMessages, checkScopes, checkToken } from './slack-checks.ts';

/** Options of the command. */
export interface DoctorSlackOptions extends TargetOptions {
  /** Stage of the deployment at `--api-url`; @default `dev`; the local environment is `local` */
  readonly stage?: string;
  readonly json?: boolean;
}

const DEPLOYED: Subject = { step: 2, subject: 'deployment' };
const SECRET: Subject = { step: 5, subject: 'secret' };
const OPERATORS: Subject = { step: 7, subject: 'operators' };

const why = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** Runs a read; returns its value and the finding, or only the finding if it failed. */
async function attempt<T>(
  subject: Subject,
  fix: string,
  read: () => Promise<T>,
  say: (value: T) => string,
): Promise<readonly [Finding, T | undefined]> {
  try {
    const value = await read();
    return [ok(subject, say(value)), value];
  } catch (thrown) {
    return [failed(subject, why(thrown), fix), undefined];
  }
}

const deployment = (target: DoctorTarget) =>
  attempt(
    DEPLOYED,
    'deploy the stacks with the id of the channel, and name their stage with --stage',
    () => readDeployment(target),
    ({ channelId }) => `stage ${target.stage}, channel ${channelId}`,
  );

const credentials = (target: DoctorTarget, secretArn: string) =>
  attempt(
    SECRET,
    'put {"botToken":"xoxb-…","signingSecrets":["…"]} into the secret of the stack output SlackSecretArn',
    () => readCredentials(target, secretArn),
    ({ signingSecrets }) => `a bot token and ${signingSecrets.length} signing secret(s)`,
  );

/** The list of operators is not empty, and each operator belongs to the token's workspace. */
async function checkOperators(target: DoctorTarget, parameter: string, teamId: string): Promise<Finding> {
  const fix = `put them into the parameter ${parameter}: <team id>:<user id>, separated by commas`;
  try {
    const operators = [...parseOperators(await readParameter(target, parameter))];
    if (operators.length === 0) return failed(OPERATORS, 'the list of operators is empty', fix);
    const strangers = operators.filter((entry) => !entry.startsWith(`${teamId}:`) && !entry.startsWith('E'));
    if (strangers.length === 0) return ok(OPERATORS, `${operators.length} in ${teamId}`);
    return failed(OPERATORS, `not of the workspace ${teamId}: ${strangers.join(', ')}`, fix);
  } catch (thrown) {
    return failed(OPERATORS, why(thrown), fix);
  }
}

const SLACK_ITSELF = 'https://slack.com/api/';

async function* examineSlack(
  target: DoctorTarget,
  { slackApiUrl, channelId, operatorsParameter }: SlackDeployment,
  { botToken, signingSecrets }: SlackSecret,
  access: AppAccess | undefined,
): AsyncGenerator<Finding> {
  const client = createSlackClient(botToken, slackApiUrl);
  const manifest = readManifest(target.apiUrl);
  const [tokenFinding, identity] = await checkToken(client);
  yield tokenFinding;
  if (identity !== undefined) {
    yield checkScopes(identity, manifest.oauth_config.scopes.bot, slackApiUrl === SLACK_ITSELF);
    const channel = await checkChannel(client, channelId);
    yield channel;
    if (channel.state === 'ok') yield checkMessages(client, channelId, `slack.doctor:${randomUUID()}`);
    yield checkOperators(target, operatorsParameter, identity.teamId);
  }
  yield* await checkRequestUrls(target.apiUrl, signingSecrets);
  yield checkManifest(client, manifest, access);
}

/**
 * Checks a deployment, one finding after the other. Checks that depend on a failed step are skipped.
 * @param access credentials for the app's own settings at Slack; without them those settings are skipped
 */
export async function* examine(target: DoctorTarget, access?: AppAccess): AsyncGenerator<Finding> {
  const [deployed, found] = await deployment(target);
  yield deployed;
  if (found === undefined) return;
  const [secret, values] = await credentials(target, found.secretArn);
  yield secret;
  if (values !== undefined) yield* examineSlack(target, found, values, access);
}

function doctorTarget({ stage: typed, ...options }: DoctorSlackOptions): DoctorTarget {
  const stage = typed === undefined ? undefined : readStage(typed);
  const target = resolveTarget(options);
  const { outputs } = localStatus();
  if (outputs?.apiUrl !== target.apiUrl) return { ...target, stage: stage ?? 'dev' };
  return { ...target, stage: stage ?? 'local', awsEndpointUrl: outputs.awsEndpointUrl };
}

function appAccess(): AppAccess | undefined {
  const { SLACK_APP_ID: appId, SLACK_CONFIG_TOKEN: configToken } = process.env;
  return appId === undefined || configToken === undefined ? undefined : { appId, configToken };
}

/**
 * The command: prints a line for each check, and exits 1 when one failed.
 * @throws {CliError} on an unknown stage, and when there is no deployment
 */
export async function doctorSlack(options: DoctorSlackOptions): Promise<void> {
  const target = doctorTarget(options);
  await reportFindings(examine(target, appAccess()), options);
}
