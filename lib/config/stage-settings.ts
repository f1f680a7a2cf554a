import { byWorker, PROVIDERS } from '../../lambdas/shared/contracts/providers.ts';
import { OpenRoute, Rollout, Stage } from './queue-config.ts';
import type { StageSettings } from './queue-config.ts';

/** The settings of each stage. */
export const STAGE_SETTINGS = {
  [Stage.Local]: {
    protectData: false,
    logRetentionDays: 7,
    reservedConcurrency: {},
    apiRatePerSecond: 1_000,
    apiBurst: 2_000,
    openRouteLimits: {},
    rollout: Rollout.None,
  },
  [Stage.Dev]: {
    protectData: false,
    logRetentionDays: 30,
    reservedConcurrency: {},
    apiRatePerSecond: 20,
    apiBurst: 40,
    openRouteLimits: {},
    rollout: Rollout.AtOnce,
  },
  [Stage.Prod]: {
    protectData: true,
    logRetentionDays: 365,
    // For workers see the rows of the providers. Each call that is not repeated has its own reservation, so that a burst of
    // others cannot prevent it. Slack waits 3 s for a click or a command, which take some 200 ms, so 10 and 5 at once are 50
    // and 25 a second. A sweep that cannot start within 60 s is dropped, takes 50 s at most, and may be delivered twice.
    // Everything else is repeated by its source or its caller. 44 in all: the account's quota must be at least 144, because
    // Lambda requires 100 unreserved.
    reservedConcurrency: {
      ...byWorker((provider) => PROVIDERS[provider].workerConcurrency),
      'slack-interactions': 10,
      'slack-commands': 5,
      sweep: 2,
    },
    apiRatePerSecond: 100,
    apiBurst: 200,
    // Lambda's throttling is a 5xx, which rolls a release back; API Gateway's is a 429. A request takes some 200 ms, so burst +
    // rate × 0.2 s run at once: 5 + 25 × 0.2 = 10 and 4 + 5 × 0.2 = 5, as many as are reserved. Only in the second in which a
    // flood meets cold functions are there more, and one minute rolls no release back. `doctor slack` sends four requests to
    // each Slack route, one after the other. A health check does nothing: 20 + 10 × 0.2 = 22 of the other 100.
    openRouteLimits: {
      [OpenRoute.SlackInteractions]: { ratePerSecond: 25, burst: 5 },
      [OpenRoute.SlackCommands]: { ratePerSecond: 5, burst: 4 },
      [OpenRoute.Health]: { ratePerSecond: 10, burst: 20 },
    },
    rollout: Rollout.Gradual,
  },
} as const satisfies Record<Stage, StageSettings>;
