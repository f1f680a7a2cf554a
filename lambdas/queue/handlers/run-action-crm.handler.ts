/** `run-action-crm`: drives `crm.sync` tasks. */
import { SyncCrmDeal } from '../../actions/crm/sync/sync-crm-deal.ts';
import { crmToken } from '../../shared/adapters/secrets.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { createRunActionHandler } from './run-action.ts';

const baseUrl = requireEnv(Env.CrmBaseUrl);
const secretArn = requireEnv(Env.CrmSecretArn);

/** See {@link createRunActionHandler}. */
export const handler = createRunActionHandler(
  'crm',
  ({ clock }) => new SyncCrmDeal({ baseUrl, clock, token: () => crmToken(secretArn) }),
);
