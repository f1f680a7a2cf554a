/** The part of a task's payload that a card needs. */
import * as z from 'zod/mini';
import { quoteSnapshotSchema } from '../../shared/contracts/quote-snapshot.ts';

/** Every kind's payload has it. */
export const cardPayloadSchema = z.object({ snapshot: quoteSnapshotSchema });
