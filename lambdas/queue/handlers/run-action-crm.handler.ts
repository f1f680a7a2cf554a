/** `run-action-crm`: carries out the kinds of action whose provider is `crm`. */
import { crmEffects } from '../../actions/crm/worker.ts';
import { createRunActionHandler } from './run-action.ts';

/** See {@link createRunActionHandler}. */
export const handler = createRunActionHandler('crm', crmEffects);
