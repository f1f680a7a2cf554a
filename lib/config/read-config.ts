/** The only reader of CDK context and environment. If both have a setting, context wins; an error names the one to fix. */
import {
  HTTP_PROVIDERS,
  type HttpProvider,
  PROVIDERS,
  recordOf,
} from '../../lambdas/shared/contracts/providers.ts';
import { ConfigError } from './config-error.ts';
import * as parse from './parse-settings.ts';
import { Rollout, Stage, type ProviderAddresses, type QueueConfig } from './queue-config.ts';
import { type SettingKey, checkEffect, checkKeys } from './setting-keys.ts';
import { STAGE_SETTINGS } from './stage-settings.ts';

/** The two sources of settings. */
export interface ConfigSources {
  /** The whole CDK context (`-c key=value`, cdk.json), including CDK's own keys. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Lookup {
  readonly setting: string;
  readonly given: unknown;
}

const lookup = (sources: ConfigSources, key: SettingKey, envName: string, fallback?: string): Lookup => {
  const fromContext = sources.context[key];
  if (fromContext !== undefined) return { setting: `-c ${key}`, given: fromContext };
  return { setting: `-c ${key} (or ${envName})`, given: sources.env[envName] ?? fallback };
};

/** Defaults of the local stage for settings that an AWS stage must be given; the demo sets the real addresses. */
const LOCAL_DEFAULTS = {
  awsEndpointUrl: 'http://127.0.0.1:4566',
  slackChannelId: 'C00000000',
  allowedEngines: 'duckstore-pricing@3.2.0,duckstore-pricing@3.3.0',
  // KEEP IN STEP WITH tools/rig/slack/slack.ts (`LOCAL_WORKSPACE`)
  slackOperators: 'T0QUOTEQ1:U0ADAOPS1,T0QUOTEQ1:U0LINOPS2',
} as const;

type AddressSetting = keyof ProviderAddresses;

const readAddress = (
  sources: ConfigSources,
  isLocal: boolean,
  provider: HttpProvider,
): [AddressSetting, string] => {
  const { baseEnv, setting, onAws, onLocal, baseHasPath } = PROVIDERS[provider].api;
  const found = lookup(sources, setting, `QUOTEQ_${baseEnv}`, isLocal ? onLocal : onAws);
  const shape = { allowHttp: isLocal, endsInSlash: baseHasPath };
  return [setting, parse.parseUrl(found.setting, found.given, shape)];
};

const readUrls = (
  sources: ConfigSources,
  isLocal: boolean,
): Pick<QueueConfig, 'awsEndpointUrl' | AddressSetting> => {
  const fallback = LOCAL_DEFAULTS.awsEndpointUrl;
  const aws = lookup(sources, 'awsEndpointUrl', 'QUOTEQ_AWS_ENDPOINT_URL', fallback);
  const shape = { allowHttp: isLocal, endsInSlash: false };
  return {
    awsEndpointUrl: isLocal ? parse.parseUrl(aws.setting, aws.given, shape) : undefined,
    ...recordOf(HTTP_PROVIDERS.map((provider) => readAddress(sources, isLocal, provider))),
  };
};

const readBusiness = (
  sources: ConfigSources,
  isLocal: boolean,
): Pick<QueueConfig, 'slackChannelId' | 'slackOperators' | 'allowedEngines' | 'breakGlassRoleName'> => {
  const local = isLocal ? LOCAL_DEFAULTS : undefined;
  const channel = lookup(sources, 'slackChannelId', 'QUOTEQ_SLACK_CHANNEL_ID', local?.slackChannelId);
  // No default on AWS: a deployment that leaves it out would lock out every operator.
  const operators = lookup(sources, 'slackOperators', 'QUOTEQ_SLACK_OPERATORS', local?.slackOperators);
  const engines = lookup(sources, 'allowedEngines', 'QUOTEQ_ALLOWED_ENGINES', local?.allowedEngines);
  const role = lookup(sources, 'breakGlassRoleName', 'QUOTEQ_BREAK_GLASS_ROLE_NAME', 'quoteq-break-glass');
  return {
    slackChannelId: parse.parseChannelId(channel.setting, channel.given),
    slackOperators: parse.parseOperators(operators.setting, operators.given),
    allowedEngines: parse.parseEngines(engines.setting, engines.given),
    breakGlassRoleName: parse.parseRoleName(role.setting, role.given),
  };
};

const readTemplate = (sources: ConfigSources): string | undefined => {
  const { setting, given } = lookup(sources, 'pdfTemplate', 'QUOTEQ_PDF_TEMPLATE');
  return parse.parseTemplate(setting, given);
};

/** The local AWS has no versions; an AWS stage always does, because executions in flight need them. */
const readRollout = (sources: ConfigSources, stage: Stage): Rollout => {
  const allowed = stage === Stage.Local ? [Rollout.None] : [Rollout.AtOnce, Rollout.Gradual];
  return parse.parseOneOf('-c rollout', sources.context['rollout'] ?? STAGE_SETTINGS[stage].rollout, allowed);
};

const readAlarms = (
  sources: ConfigSources,
): Pick<QueueConfig, 'alarmEmail' | 'alarmTopicArn' | 'runbookBaseUrl'> => {
  const email = lookup(sources, 'alarmEmail', 'QUOTEQ_ALARM_EMAIL');
  const topic = lookup(sources, 'alarmTopicArn', 'QUOTEQ_ALARM_TOPIC_ARN');
  const runbooks = lookup(sources, 'runbookBaseUrl', 'QUOTEQ_RUNBOOK_BASE_URL');
  if (email.given !== undefined && topic.given !== undefined) {
    throw new ConfigError(email.setting, `nothing when ${topic.setting} names a topic`, email.given);
  }
  return {
    alarmEmail: parse.parseEmail(email.setting, email.given),
    alarmTopicArn: parse.parseTopicArn(topic.setting, topic.given),
    runbookBaseUrl: parse.parseRunbookBase(runbooks.setting, runbooks.given),
  };
};

/**
 * Reads and checks every setting of a synthesis. The stage is `local` unless `-c stage=…` names another. The Regions are `-c
 * regions=a,b`, or else the Region of the CDK command line.
 * @throws {ConfigError} with the setting and what was expected. Unknown keys and keys that have no effect are errors too.
 */
export const readConfig = (sources: ConfigSources): QueueConfig => {
  checkKeys(sources.context);
  const stage = parse.parseOneOf('-c stage', sources.context['stage'] ?? Stage.Local, Object.values(Stage));
  checkEffect(sources.context, stage);
  const isLocal = stage === Stage.Local;
  const regions = lookup(sources, 'regions', 'CDK_DEFAULT_REGION', isLocal ? 'us-east-1' : undefined);
  return {
    ...STAGE_SETTINGS[stage],
    stage,
    rollout: readRollout(sources, stage),
    redeploy: parse.parseRedeploy('-c redeploy', sources.context['redeploy']),
    stackName: `quoteq-${stage}`,
    regions: parse.parseRegions(regions.setting, regions.given),
    account: parse.parseAccount('CDK_DEFAULT_ACCOUNT', sources.env['CDK_DEFAULT_ACCOUNT']),
    ...readUrls(sources, isLocal),
    ...readBusiness(sources, isLocal),
    ...readAlarms(sources),
    pdfTemplate: readTemplate(sources),
  };
};
