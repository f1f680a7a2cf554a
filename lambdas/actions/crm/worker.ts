/** The effects of `run-action-crm`. */
import { providerToken } from '../../shared/adapters/secrets.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { ActionKind } from '../kinds.ts';
import type { WorkerEffects } from '../worker-effects.ts';
import { SyncCrmDeal } from './sync/sync-crm-deal.ts';

const baseUrl = requireEnv(Env.CrmBaseUrl);
const secretArn = requireEnv(Env.CrmSecretArn);
const token = () => providerToken(secretArn);

/** See {@link WorkerEffects}. */
export const crmEffects: WorkerEffects<'crm'> = {
  [ActionKind.CrmSync]: ({ clock }) => new SyncCrmDeal({ baseUrl, clock, token }),
};
