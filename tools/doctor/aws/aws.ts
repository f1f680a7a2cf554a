/** `quoteq doctor aws`: checks the requirements of a deployment, leftovers of an earlier deployment, and the deployed queue. */
import { Env } from '../../../lambdas/shared/contracts/environment.ts';
import { crmSecretSchema, slackSecretSchema } from '../../../lambdas/shared/contracts/provider-secrets.ts';
import { Stage } from '../../../lib/config/queue-config.ts';
import { readFunctionEnvironment } from '../../cli/target/function-environment.ts';
import { resolveStage, type StageOptions } from '../../cli/target/stage-target.ts';
import type { Finding } from '../finding.ts';
import { skipped } from '../finding.ts';
import { reportFindings } from '../report-findings.ts';
import { examine } from '../slack.ts';
import { checkBootstrap } from './bootstrap-check.ts';
import { checkConcurrency } from './concurrency-check.ts';
import { checkCrm } from './crm-checks.ts';
import { guarded } from './faults.ts';
import { identify } from './identity-check.ts';
import { checkLeftovers } from './leftovers.ts';
import { lookAtSecret, putCommand, type SecretLook, type SecretOfStage } from './secret-checks.ts';
import { type AwsSite, credentialsOf, siteOf } from './site.ts';
import { isLive, readStack, stackFinding, type StackView } from './stack-checks.ts';

/** Options of the command. */
export interface DoctorAwsOptions extends StageOptions {
  readonly json?: boolean;
}

const CRM = { name: 'crm', schema: crmSecretSchema, shape: '{"token":"…"}' } as const;
const SLACK = {
  name: 'slack',
  schema: slackSecretSchema,
  shape: '{"botToken":"xoxb-…","signingSecrets":["…"]}',
} as const;

/** Reads a secret; returns its value and the finding about it. */
async function lookedAt<T>(site: AwsSite, secret: SecretOfStage<T>): Promise<SecretLook<T>> {
  let look: SecretLook<T> | undefined;
  const [finding] = await guarded(site, { subject: `secret ${secret.name}` }, async () => {
    look = await lookAtSecret(site, secret);
    return [look.finding];
  });
  return look ?? { finding: finding ?? skipped({ subject: secret.name }, 'the secret was not found') };
}

/** Turns a finding of `doctor slack` into one of `doctor aws`. */
const ofSlack = ({ step, subject, fix, ...rest }: Finding): Finding => ({
  ...rest,
  subject: `Slack ${subject}`,
  ...(fix === undefined ? {} : { fix: `${fix} (docs/slack-setup.md, step ${step ?? 1})` }),
});

async function slackFindings(site: AwsSite, { outputs }: StackView): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const { region, endpoint } = site.client;
  const target = {
    apiUrl: outputs['ApiUrl'] ?? '',
    region,
    stage: site.stage,
    credentials: () => credentialsOf(site),
    ...(endpoint === undefined ? {} : { awsEndpointUrl: endpoint }),
  };
  for await (const finding of examine(target)) {
    const isKnown = finding.state === 'ok' && ['deployment', 'secret'].includes(finding.subject);
    if (!isKnown) found.push(ofSlack(finding));
  }
  return found;
}

/** The deployed queue: its secrets, and the providers behind them. */
async function* examineDeployed(site: AwsSite, stack: StackView): AsyncGenerator<Finding> {
  const crm = await lookedAt(site, CRM);
  yield crm.finding;
  const slack = await lookedAt(site, SLACK);
  yield slack.finding;
  if (slack.value === undefined) yield skipped({ subject: 'Slack' }, 'needs the value of its secret');
  else yield* await guarded(site, { subject: 'Slack' }, () => slackFindings(site, stack));
  const { value } = crm;
  if (value === undefined) return yield skipped({ subject: 'CRM' }, 'needs the value of its secret');
  return yield* await guarded(site, { subject: 'CRM' }, async () => {
    const read = await readFunctionEnvironment(site.client, site.stage, 'run-action-crm');
    return checkCrm(site, { baseUrl: read(Env.CrmBaseUrl), token: value.token });
  });
}

/** Findings that name the secrets that need a value after the deployment. */
const afterDeployment = (site: AwsSite): readonly Finding[] =>
  [CRM, SLACK].map(({ name, shape }) =>
    skipped(
      { subject: `secret ${name}` },
      `deploy first; then: ${putCommand(site, name, shape)}; then run this again, which checks ${name === 'crm' ? 'the CRM' : 'Slack'} too`,
    ),
  );

/** The stack and the finding about it. If CloudFormation did not answer, the finding reports that and `isKnown` is false. */
async function examineStack(
  site: AwsSite,
  name: string,
): Promise<{ readonly findings: readonly Finding[]; readonly stack?: StackView; readonly isKnown: boolean }> {
  let look: { readonly stack?: StackView } | undefined;
  const findings = await guarded(site, { subject: `stack ${name}` }, async () => {
    const stack = await readStack(site, name);
    look = stack === undefined ? {} : { stack };
    return [stackFinding(site, name, stack)];
  });
  return { findings, ...look, isKnown: look !== undefined };
}

async function* examineStacks(site: AwsSite): AsyncGenerator<Finding> {
  const { findings, stack, isKnown } = await examineStack(site, site.stackName);
  yield* findings;
  if (site.stage !== Stage.Local)
    yield* (await examineStack(site, `${site.stackName}-observability`)).findings;
  if (stack !== undefined && isLive(stack)) return yield* examineDeployed(site, stack);
  const subject = { subject: 'leftovers' };
  if (stack !== undefined) yield skipped(subject, `the stack is ${stack.status}: deal with it first`);
  else if (isKnown) yield* await guarded(site, subject, () => checkLeftovers(site));
  else yield skipped(subject, 'needs to know whether there is a stack');
  return yield* afterDeployment(site);
}

/** Checks an account, a Region and the stage in it, one finding after the other. It changes nothing. */
export async function* examineAws(site: AwsSite): AsyncGenerator<Finding> {
  const { findings, account } = await identify(site);
  yield* findings;
  if (account === undefined)
    return yield skipped({ subject: 'everything else' }, 'needs credentials that AWS knows');
  yield* await guarded(site, { subject: 'Lambda concurrency' }, () => checkConcurrency(site));
  yield* await guarded(site, { subject: 'bootstrap' }, () => checkBootstrap(site, account));
  return yield* examineStacks(site);
}

/**
 * The command: prints a line for each check, and exits 1 when one failed.
 * @throws {CliError} on an unknown stage, and without a Region
 */
export async function doctorAws(options: DoctorAwsOptions): Promise<void> {
  await reportFindings(examineAws(siteOf(resolveStage(options))), options);
}
