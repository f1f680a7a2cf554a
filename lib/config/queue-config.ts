/** Typed settings of a synthesis: only what differs between stages and Regions. */
import type { HttpProvider, PROVIDERS } from '../../lambdas/shared/contracts/providers.ts';
import type { FunctionName } from '../shared/functions.ts';

/** Where the stacks go: the local emulator, a shared development account, or production. */
export const Stage = { Local: 'local', Dev: 'dev', Prod: 'prod' } as const;
/** One of {@link Stage}. */
export type Stage = (typeof Stage)[keyof typeof Stage];

/**
 * How a new release takes over. `none`: nothing is versioned (the local AWS knows neither state machine versions nor
 * CodeDeploy). `at-once`: versions and aliases, moved in one step. `gradual`: a tenth of the traffic first, all of it
 * ten minutes later, back by itself when an alarm of the release rings.
 */
export const Rollout = { None: 'none', AtOnce: 'at-once', Gradual: 'gradual' } as const;
/** One of {@link Rollout}. */
export type Rollout = (typeof Rollout)[keyof typeof Rollout];

/** Alias of functions and state machine that receives the traffic; it points to the live release. */
export const LIVE_ALIAS = 'live';

/** Routes without IAM authorisation, `<method> <path>`: anyone may call them. */
export const OpenRoute = {
  Health: 'GET /health',
  SlackInteractions: 'POST /slack/interactions',
  SlackCommands: 'POST /slack/commands',
} as const;
/** One of {@link OpenRoute}. */
export type OpenRoute = (typeof OpenRoute)[keyof typeof OpenRoute];

/** Limits of API Gateway; it answers further requests with 429. AWS calls both values targets and does not guarantee them. */
export interface RequestLimit {
  /** Steady requests per second. */
  readonly ratePerSecond: number;
  /** Burst: requests that are accepted at once before the rate applies. */
  readonly burst: number;
}

/** Settings fixed per stage. */
export interface StageSettings {
  /** Tables refuse deletion, and tables, key, bucket and secrets outlive their stack. */
  readonly protectData: boolean;
  /** Days that function, state machine and access logs are kept; one of CloudWatch's own steps. */
  readonly logRetentionDays: 7 | 30 | 365;
  /**
   * Reserved concurrency of a function: invocations that may run at once, and that no other function of the account can use.
   * Absent: unreserved. An account must keep 100 unreserved, so a stage that may live in a fresh account (quota 10) reserves
   * nothing.
   */
  readonly reservedConcurrency: Partial<Record<FunctionName, number>>;
  /** Steady requests per second over all routes of the API. */
  readonly apiRatePerSecond: number;
  /** Burst: requests that the API accepts at once before the rate applies. */
  readonly apiBurst: number;
  /** Separate limits of open routes, so that requests of strangers cannot make Lambda throttle. Absent: the limits of all routes. */
  readonly openRouteLimits: Partial<Record<OpenRoute, RequestLimit>>;
  /** How a new release takes over; `-c rollout` overrides it on an AWS stage. */
  readonly rollout: Rollout;
}

/** Base addresses of the providers; one whose base has a path ends in a slash, as its client expects. */
export type ProviderAddresses = {
  readonly [P in HttpProvider as (typeof PROVIDERS)[P]['api']['setting']]: string;
};

/** Everything the constructs need to know; made by `readConfig` only. */
export interface QueueConfig extends StageSettings, ProviderAddresses {
  readonly stage: Stage;
  /**
   * Distinguishes a release from an earlier one with the same code, because Lambda publishes no second version of unchanged code.
   * Absent: not needed.
   */
  readonly redeploy: string | undefined;
  /** Name of the stack in each Region and the prefix of every fixed name: `quoteq-<stage>`. */
  readonly stackName: string;
  /** One stack per Region; at least one, no duplicates. */
  readonly regions: readonly string[];
  /** Twelve digits; absent: the template is not bound to an account. */
  readonly account: string | undefined;
  /** Endpoint of the local AWS that the functions call; absent on AWS. */
  readonly awsEndpointUrl: string | undefined;
  readonly slackChannelId: string;
  /** Who may operate tasks from Slack at first: `<team id>:<user id>` each; empty: nobody. */
  readonly slackOperators: readonly string[];
  /** `name@version` of the deterministic engines whose snapshots are accepted; at least one. */
  readonly allowedEngines: readonly string[];
  /** Name of the one role that may correct the audit trail; it is not created here. */
  readonly breakGlassRoleName: string;
  /** A team's own template for the PDF, absolute; absent: ours. Everything in its folder becomes part of the function. */
  readonly pdfTemplate: string | undefined;
  /** E-mail address that gets the alarms; absent: only subscribers of the topic get them. */
  readonly alarmEmail: string | undefined;
  /** ARN of an existing SNS topic for the alarms; absent: the stack creates one. */
  readonly alarmTopicArn: string | undefined;
  /** Where the runbooks are, without a slash at the end: an address, or the folder in the repository. */
  readonly runbookBaseUrl: string;
}
