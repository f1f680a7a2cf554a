/** Typed settings of a synthesis: what differs between stages and Regions, and nothing else. */
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

/** Alias of functions and state machine that traffic goes to; what it points to is the release that is live. */
export const LIVE_ALIAS = 'live';

/** Routes that anybody may call, `<method> <path>`: they ask for no signature of IAM. */
export const OpenRoute = {
  Health: 'GET /health',
  SlackInteractions: 'POST /slack/interactions',
  SlackCommands: 'POST /slack/commands',
} as const;
/** One of {@link OpenRoute}. */
export type OpenRoute = (typeof OpenRoute)[keyof typeof OpenRoute];

/** How many requests API Gateway lets through; it answers the others with 429. AWS calls both targets, and no guarantees. */
export interface RequestLimit {
  /** Steady requests per second. */
  readonly ratePerSecond: number;
  /** Requests taken at once before the rate applies. */
  readonly burst: number;
}

/** Settings fixed per stage. */
export interface StageSettings {
  /** Tables refuse deletion, and tables, key, bucket and secrets outlive their stack. */
  readonly protectData: boolean;
  /** Days that function, state machine and access logs are kept; one of CloudWatch's own steps. */
  readonly logRetentionDays: 7 | 30 | 365;
  /**
   * Invocations of a function that may run at once, and that nothing else of the account can take. Absent: unreserved. An
   * account must keep 100 unreserved, so a stage that may live in a fresh account (quota 10) reserves nothing.
   */
  readonly reservedConcurrency: Partial<Record<FunctionName, number>>;
  /** Steady requests per second over all routes of the API. */
  readonly apiRatePerSecond: number;
  /** Requests the API takes at once before the rate applies. */
  readonly apiBurst: number;
  /** Limits of open routes of their own, so that no stranger's requests make Lambda throttle. Absent: those of all routes. */
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
   * Tells a release apart from an earlier one with the same code: Lambda publishes no second version of what has not
   * changed. Absent: not needed.
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
  /** An SNS topic of yours that gets the alarms; absent: the stack makes one. */
  readonly alarmTopicArn: string | undefined;
  /** Where the runbooks are, without a slash at the end: an address, or the folder in the repository. */
  readonly runbookBaseUrl: string;
}
