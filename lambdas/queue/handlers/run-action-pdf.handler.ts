/** `run-action-pdf`: carries out the kinds of action whose provider is `pdf`. */
import { pdfEffects } from '../../actions/pdf/worker.ts';
import { createRunActionHandler } from './run-action.ts';

/** See {@link createRunActionHandler}. */
export const handler = createRunActionHandler('pdf', pdfEffects);
