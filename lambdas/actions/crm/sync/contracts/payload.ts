import * as z from 'zod/mini';
import { quoteSnapshotSchema } from '../../../../shared/contracts/quote-snapshot.ts';

/** Payload of `crm.sync`. */
export const crmSyncPayload = z.strictObject({
  snapshot: quoteSnapshotSchema,
  /** HubSpot's ids are words (`qualifiedToBuy`), numbers (`2410510`) and UUIDs. */
  dealStage: z.optional(
    z
      .string()
      .check(
        z.regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected the id of a HubSpot stage: 1 to 64 of A-Z a-z 0-9 _ -'),
        z.describe('Id of a HubSpot pipeline stage (not its label); `closedwon` when absent'),
      ),
  ),
});
