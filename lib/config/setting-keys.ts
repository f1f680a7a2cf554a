/** The names of our settings in the CDK context, so that a mistyped one is not treated as absent. */
import { distance } from 'fastest-levenshtein';
import { HTTP_PROVIDERS, PROVIDERS } from '../../lambdas/shared/contracts/providers.ts';
import { ConfigError } from './config-error.ts';
import { Stage } from './queue-config.ts';

const PROVIDER_SETTINGS = HTTP_PROVIDERS.map((provider) => PROVIDERS[provider].api.setting);

/** All keys that `-c` may set. */
export const SETTING_KEYS = [
  'stage',
  'regions',
  'rollout',
  'redeploy',
  'awsEndpointUrl',
  ...PROVIDER_SETTINGS,
  'slackChannelId',
  'slackOperators',
  'allowedEngines',
  'breakGlassRoleName',
  'pdfTemplate',
  'alarmEmail',
  'alarmTopicArn',
  'runbookBaseUrl',
] as const;
/** One of {@link SETTING_KEYS}. */
export type SettingKey = (typeof SETTING_KEYS)[number];

const NO_ALARMS = 'which has no alarms';
/** Settings that have no effect on some stages, with the reason. */
const WITHOUT_EFFECT: Readonly<Record<'local' | 'aws', Partial<Record<SettingKey, string>>>> = {
  local: { alarmEmail: NO_ALARMS, alarmTopicArn: NO_ALARMS, runbookBaseUrl: NO_ALARMS },
  aws: { awsEndpointUrl: 'whose functions call AWS itself' },
};

/** Keys without a namespace that the CDK command line itself puts into the context. */
const KEYS_OF_CDK: readonly string[] = ['acknowledged-issue-numbers', 'cli-telemetry'];

/** Feature flags and cached lookups have a namespace: `@aws-cdk/…`, `aws:cdk:…`, `availability-zones:…`. */
const NAMESPACED = /^(?:@[\w-]+\/|[\w-]+:)/;

const isOurs = (key: string): boolean => !NAMESPACED.test(key) && !KEYS_OF_CDK.includes(key);

/** Number of letters to insert, delete or change; case is ignored. */
const distanceOf = (a: string, b: string): number => distance(a.toLowerCase(), b.toLowerCase());

const closestTo = (key: string): SettingKey =>
  SETTING_KEYS.reduce((best, known) => (distanceOf(key, known) < distanceOf(key, best) ? known : best));

/**
 * Refuses an unknown key that has no namespace.
 * @throws {ConfigError} with the closest known key
 */
export const checkKeys = (context: Readonly<Record<string, unknown>>): void => {
  const known: readonly string[] = SETTING_KEYS;
  const unknown = Object.keys(context).find((key) => isOurs(key) && !known.includes(key));
  if (unknown === undefined) return;
  throw new ConfigError(
    `-c ${unknown}`,
    `the name of a setting, of which ${closestTo(unknown)} is the closest`,
    unknown,
  );
};

/**
 * Refuses keys of `-c` that have no effect on the stage. The environment may have them, because it is set for every stage.
 * @throws {ConfigError} with the reason why it has no effect
 */
export const checkEffect = (context: Readonly<Record<string, unknown>>, stage: Stage): void => {
  const without = WITHOUT_EFFECT[stage === Stage.Local ? 'local' : 'aws'];
  for (const [key, reason] of Object.entries(without)) {
    const given = context[key];
    if (given !== undefined)
      throw new ConfigError(`-c ${key}`, `nothing on stage ${stage}, ${reason}`, given);
  }
};
