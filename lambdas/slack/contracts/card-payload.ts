/** What a card needs of a task's payload. */
import * as z from 'zod/mini';
import { quoteSnapshotSchema } from '../../shared/contracts/quote-snapshot.ts';

/** Every kind's payload has it. */
export const cardPayloadSchema = z.object({ snapshot: quoteSnapshotSchema });
