/** `run-action-crm`: drives `crm.sync` tasks. */
import { SyncCrmDeal } from '../adapters/effects/sync-crm-deal.ts';
import { crmToken } from '../adapters/secrets.ts';
import { Env } from '../contracts/environment.ts';
import { requireEnv } from '../platform/require-env.ts';
import { createRunActionHandler } from './run-action.ts';

const baseUrl = requireEnv(Env.CrmBaseUrl);
const secretArn = requireEnv(Env.CrmSecretArn);

/** See {@link createRunActionHandler}. */
export const handler = createRunActionHandler(
  'crm',
  ({ clock }) => new SyncCrmDeal({ baseUrl, clock, token: () => crmToken(secretArn) }),
);
