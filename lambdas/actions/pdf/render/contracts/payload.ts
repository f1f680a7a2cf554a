import * as z from 'zod/mini';
import { quoteSnapshotSchema } from '../../../../shared/contracts/quote-snapshot.ts';

/** Payload of `pdf.render`. */
export const pdfRenderPayload = z.strictObject({ snapshot: quoteSnapshotSchema });
