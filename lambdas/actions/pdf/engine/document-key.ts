/** Where a quote's PDF lives. Free of pdfmake, so that any function may compute a key. */
import type { QuoteSnapshot } from '../../../shared/contracts/quote-snapshot.ts';
import { hashOf } from '../../../shared/domain/hashing.ts';

/**
 * Version of the layout, part of the content address. Raise it with every change that shows on a page: the same
 * snapshot then gets a new object and what was stored before stays as it was.
 */
export const RENDERER_VERSION = 'quote-pdf/2';

/**
 * S3 key of a snapshot's PDF: `quotes/<quoteId>/<sha256>.pdf`, the hash over the canonical JSON of renderer version
 * and snapshot. Equal content gives an equal key, for every renderer and every order of its fields.
 */
export const documentKey = (snapshot: QuoteSnapshot): string =>
  `quotes/${snapshot.quoteId}/${hashOf({ rendererVersion: RENDERER_VERSION, snapshot })}.pdf`;
