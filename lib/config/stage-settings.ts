import { Rollout, Stage } from './queue-config.ts';
import type { StageSettings } from './queue-config.ts';

/** The settings of each stage. */
export const STAGE_SETTINGS = {
  [Stage.Local]: {
    protectData: false,
    logRetentionDays: 7,
    reservedConcurrency: {},
    apiRatePerSecond: 1_000,
    apiBurst: 2_000,
    rollout: Rollout.None,
  },
  [Stage.Dev]: {
    protectData: false,
    logRetentionDays: 30,
    reservedConcurrency: {},
    apiRatePerSecond: 20,
    apiBurst: 40,
    rollout: Rollout.AtOnce,
  },
  [Stage.Prod]: {
    protectData: true,
    logRetentionDays: 365,
    // HubSpot allows a private app 190 requests in 10 s and a request takes some 300 ms: 5 workers stay below 170.
    // Slack takes about one message a second and channel, so 2 workers keep it busy. Rendering costs CPU only.
    reservedConcurrency: { pdf: 20, crm: 5, slack: 2 },
    apiRatePerSecond: 100,
    apiBurst: 200,
    rollout: Rollout.Gradual,
  },
} as const satisfies Record<Stage, StageSettings>;
