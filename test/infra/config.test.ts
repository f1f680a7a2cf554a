import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../lib/config/config-error.ts';
import type { QueueConfig } from '../../lib/config/queue-config.ts';
import { readConfig } from '../../lib/config/read-config.ts';

const AWS = {
  stage: 'prod',
  slackChannelId: 'C0123456789',
  allowedEngines: 'duckstore-pricing@3.2.0',
  slackOperators: 'none',
};

const read = (context: Record<string, unknown>, env: Record<string, string> = {}): QueueConfig =>
  readConfig({ context, env });

const REFUSED: readonly [
  title: string,
  context: Record<string, unknown>,
  env: Record<string, string>,
  message: string,
][] = [
  ['an unknown stage', { stage: 'test' }, {}, '-c stage: expected one of local, dev, prod, got "test"'],
  ['a Region twice', { regions: 'eu-west-1,eu-west-1' }, {}, '-c regions: expected distinct AWS Regions'],
  ['an empty list of Regions', { regions: '' }, {}, '-c regions: expected distinct AWS Regions'],
  ['a name that is no Region', { regions: 'europe' }, {}, '-c regions: expected distinct AWS Regions'],
  [
    'no Region for an AWS stage',
    AWS,
    {},
    '-c regions (or CDK_DEFAULT_REGION): expected distinct AWS Regions',
  ],
  [
    'no channel for an AWS stage',
    { ...AWS, regions: 'eu-west-1', slackChannelId: undefined },
    {},
    '-c slackChannelId (or QUOTEQ_SLACK_CHANNEL_ID): expected the id of a Slack channel, like C0123456789, got nothing',
  ],
  [
    'no engines for an AWS stage',
    { ...AWS, regions: 'eu-west-1', allowedEngines: undefined },
    {},
    '-c allowedEngines (or QUOTEQ_ALLOWED_ENGINES): expected distinct name@major.minor.patch',
  ],
  [
    'an engine without version',
    { allowedEngines: 'duckstore-pricing' },
    {},
    '-c allowedEngines: expected distinct',
  ],
  [
    'plain HTTP to a provider on AWS',
    { ...AWS, regions: 'eu-west-1', crmBaseUrl: 'http://crm.example' },
    {},
    '-c crmBaseUrl: expected a plain https: address',
  ],
  [
    'a Slack address with a query',
    { slackApiUrl: 'http://127.0.0.1:1/api/?team=1' },
    {},
    '-c slackApiUrl: expected a plain http: or https: address without user, query or fragment',
  ],
  [
    'a password in an address',
    { crmBaseUrl: 'http://:secret@127.0.0.1:1' },
    {},
    '-c crmBaseUrl: expected a plain',
  ],
  [
    'credentials in an address',
    { crmBaseUrl: 'http://user@127.0.0.1:1' },
    {},
    '-c crmBaseUrl: expected a plain',
  ],
  [
    'an invalid account',
    {},
    { CDK_DEFAULT_ACCOUNT: '12' },
    'CDK_DEFAULT_ACCOUNT: expected twelve digits, got "12"',
  ],
  [
    'a rollout of the local stage',
    { rollout: 'gradual' },
    {},
    '-c rollout: expected one of none, got "gradual"',
  ],
  [
    'an AWS stage without versions',
    { ...AWS, regions: 'eu-west-1', rollout: 'none' },
    {},
    '-c rollout: expected one of at-once, gradual, got "none"',
  ],
  [
    'a mark of a repeated deployment with a space',
    { redeploy: 'once more' },
    {},
    '-c redeploy: expected up to 32 letters, digits, dots, dashes or underscores, got "once more"',
  ],
  [
    'a template that is not there',
    { pdfTemplate: 'nowhere.typ' },
    {},
    '-c pdfTemplate: expected the path of a .typ file, got "nowhere.typ"',
  ],
  [
    'a template that is no Typst file',
    {},
    { QUOTEQ_PDF_TEMPLATE: 'package.json' },
    '-c pdfTemplate (or QUOTEQ_PDF_TEMPLATE): expected the path of a .typ file',
  ],
  [
    'an invalid role name',
    { breakGlassRoleName: 'role/x y' },
    {},
    '-c breakGlassRoleName: expected an IAM role name',
  ],
  [
    'an invalid runbook address',
    { ...AWS, regions: 'eu-west-1', runbookBaseUrl: 'foo' },
    {},
    '-c runbookBaseUrl: expected a plain https: address without user, query or fragment, got "foo"',
  ],
  [
    'a key that is mistyped',
    { slackChanelId: 'C1' },
    {},
    '-c slackChanelId: expected the name of a setting, of which slackChannelId is the closest, got "slackChanelId"',
  ],
  [
    'a key that is written otherwise',
    { 'allowed-engines': 'a@1.0.0' },
    {},
    'of which allowedEngines is the closest',
  ],
  [
    'a key with a dot',
    { 'alarm.email': 'ops@example.com' },
    {},
    '-c alarm.email: expected the name of a setting, of which alarmEmail is the closest',
  ],
  ['a key with a blank', { 'alarm email': 'ops@example.com' }, {}, 'of which alarmEmail is the closest'],
  [
    'a key that only begins like one of a package',
    { '@alarmEmail': 'ops@example.com' },
    {},
    'of which alarmEmail is the closest',
  ],
  [
    'an endpoint of the local AWS on an AWS stage',
    { ...AWS, regions: 'eu-west-1', awsEndpointUrl: 'http://127.0.0.1:4566' },
    {},
    '-c awsEndpointUrl: expected nothing on stage prod, whose functions call AWS itself, got "http://127.0.0.1:4566"',
  ],
  [
    'an address for alarms on the local stage',
    { alarmEmail: 'ops@example.com' },
    {},
    '-c alarmEmail: expected nothing on stage local, which has no alarms, got "ops@example.com"',
  ],
  [
    'a topic for alarms on the local stage',
    { alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:on-call' },
    {},
    '-c alarmTopicArn: expected nothing on stage local, which has no alarms',
  ],
  [
    'an address of runbooks on the local stage',
    { runbookBaseUrl: 'https://runbooks.example' },
    {},
    '-c runbookBaseUrl: expected nothing on stage local, which has no alarms',
  ],
];

describe('readConfig', () => {
  it('ignores context of CDK and others', () => {
    const context = {
      'aws:cdk:enable-path-metadata': true,
      '@aws-cdk/core:target-partitions': ['aws'],
      'availability-zones:account=1:region=eu-west-1': ['eu-west-1a'],
      'acknowledged-issue-numbers': [1],
      'cli-telemetry': false,
    };

    expect(read(context)).toEqual(read({}));
  });

  it('reads the local stage without settings', () => {
    expect(read({})).toMatchObject({
      stage: 'local',
      stackName: 'quoteq-local',
      regions: ['us-east-1'],
      account: undefined,
      awsEndpointUrl: 'http://127.0.0.1:4566',
      allowedEngines: ['duckstore-pricing@3.2.0', 'duckstore-pricing@3.3.0'],
      protectData: false,
    });
  });

  it('reads the addresses of the local stage from the environment', () => {
    const env = {
      QUOTEQ_AWS_ENDPOINT_URL: 'http://127.0.0.1:9001',
      QUOTEQ_CRM_BASE_URL: 'http://127.0.0.1:9002',
      QUOTEQ_SLACK_API_URL: 'http://127.0.0.1:9003/api/',
      QUOTEQ_SLACK_CHANNEL_ID: 'C000QUOTES',
    };

    expect(read({}, env)).toMatchObject({
      awsEndpointUrl: 'http://127.0.0.1:9001',
      crmBaseUrl: 'http://127.0.0.1:9002',
      slackApiUrl: 'http://127.0.0.1:9003/api/',
      slackChannelId: 'C000QUOTES',
    });
  });

  it.each([
    ['https://gateway.example.com/hubspot', 'https://gateway.example.com/hubspot'],
    ['https://gateway.example.com/hubspot/', 'https://gateway.example.com/hubspot'],
    ['https://api.hubapi.com/', 'https://api.hubapi.com'],
  ])('keeps the path of the address %s, with or without a slash at its end', (given, expected) => {
    expect(read({ ...AWS, regions: 'eu-west-1', crmBaseUrl: given, slackApiUrl: given })).toMatchObject({
      crmBaseUrl: expected,
      slackApiUrl: `${expected}/`,
    });
  });

  it('gives an AWS stage the providers and no endpoint, regardless of the environment', () => {
    const env = { QUOTEQ_AWS_ENDPOINT_URL: 'http://127.0.0.1:9001', CDK_DEFAULT_REGION: 'eu-west-1' };

    expect(read(AWS, env)).toMatchObject({
      awsEndpointUrl: undefined,
      crmBaseUrl: 'https://api.hubapi.com',
      slackApiUrl: 'https://slack.com/api/',
      regions: ['eu-west-1'],
      protectData: true,
    });
  });

  it('ignores the environment on other stages', () => {
    const env = {
      QUOTEQ_ALARM_EMAIL: 'ops@example.com',
      QUOTEQ_RUNBOOK_BASE_URL: 'https://runbooks.example',
    };

    expect(read({}, env).stage).toBe('local');
  });

  it('shifts gradually in production unless the setting is "at once"', () => {
    const regions = { regions: 'eu-west-1' };

    expect(read({ ...AWS, ...regions }).rollout).toBe('gradual');
    expect(read({ ...AWS, ...regions, rollout: 'at-once' }).rollout).toBe('at-once');
    expect(read({ ...AWS, ...regions, stage: 'dev' }).rollout).toBe('at-once');
  });

  it('prefers the context to the environment', () => {
    const env = { CDK_DEFAULT_REGION: 'us-east-1', QUOTEQ_SLACK_CHANNEL_ID: 'C999999999' };

    const config = read({ ...AWS, regions: 'eu-central-1,eu-west-1' }, env);

    expect(config.regions).toEqual(['eu-central-1', 'eu-west-1']);
    expect(config.slackChannelId).toBe('C0123456789');
  });

  it.each(REFUSED)('refuses %s and names the setting', (_title, context, env, message) => {
    const readIt = (): QueueConfig => read(context, env);

    expect(readIt).toThrow(ConfigError);
    expect(readIt).toThrow(message);
  });
});
