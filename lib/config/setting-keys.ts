/** The names of our settings in the CDK context, so that one that is mistyped is not taken for absent. */
import { ConfigError } from './config-error.ts';

/** Everything that `-c` may set. */
export const SETTING_KEYS = [
  'stage',
  'regions',
  'rollout',
  'redeploy',
  'awsEndpointUrl',
  'crmBaseUrl',
  'slackApiUrl',
  'slackChannelId',
  'slackOperators',
  'allowedEngines',
  'breakGlassRoleName',
  'alarmEmail',
  'alarmTopicArn',
  'runbookBaseUrl',
] as const;
/** One of {@link SETTING_KEYS}. */
export type SettingKey = (typeof SETTING_KEYS)[number];

/** Keys without a namespace that the CDK command line keeps in the context itself. */
const KEYS_OF_CDK: readonly string[] = ['acknowledged-issue-numbers', 'cli-telemetry'];

/** A feature flag, or what was looked up, has a namespace: `@aws-cdk/…`, `aws:cdk:…`, `availability-zones:…`. */
const isOurs = (key: string): boolean => /^[\w-]+$/.test(key) && !KEYS_OF_CDK.includes(key);

/** Least number of letters to put in, take out or change (Levenshtein), case aside. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.toLowerCase().split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of b.toLowerCase().split('').entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};

const closestTo = (key: string): SettingKey =>
  SETTING_KEYS.reduce((best, known) => (distance(key, known) < distance(key, best) ? known : best));

/**
 * Refuses a key that looks like one of ours and is none.
 * @throws {ConfigError} with the closest known one
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
