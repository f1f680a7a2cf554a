/** Where a quote's PDF lives. Free of the typesetter, so that any function may compute a key. */
import type { QuoteSnapshot } from '../../../shared/contracts/quote-snapshot.ts';
import { hashOf } from '../../../shared/domain/hashing.ts';

/**
 * S3 key of a snapshot's PDF: `quotes/<quoteId>/<sha256>.pdf`, the hash over the canonical JSON of renderer version
 * and snapshot. Equal content gives an equal key, for every renderer and every order of its fields.
 * @param rendererVersion version of template, fonts, compiler and page data; see `lib/shared/typesetter-folder.ts`
 */
export const documentKey = (snapshot: QuoteSnapshot, rendererVersion: string): string =>
  `quotes/${snapshot.quoteId}/${hashOf({ rendererVersion, snapshot })}.pdf`;
