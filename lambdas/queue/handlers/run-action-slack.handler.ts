/** `run-action-slack`: carries out the kinds of action whose provider is `slack`. */
import { slackEffects } from '../../actions/slack/worker.ts';
import { createRunActionHandler } from './run-action.ts';

/** See {@link createRunActionHandler}. */
export const handler = createRunActionHandler('slack', slackEffects);
