/**
 * The quote snapshot: what the deterministic engines (pricing, policy, approval routing) signed off.
 * The queue prints, syncs and announces exactly this and recomputes none of it
 * (the guard: `lambdas/queue/domain/enqueue/snapshot-guard.ts`).
 */
import * as z from 'zod/mini';
import { singleLine } from './text.ts';

/** Largest free text a quote may carry, in UTF-16 code units (about 100 KB of Latin text). */
export const MAX_TEXT_LENGTH = 102_400;
/** Most lines one quote may carry. */
export const MAX_LINES = 500;

/**
 * An amount in minor units of the quote's currency (cents for EUR, yen for JPY, fils for KWD) as a decimal
 * string: JSON numbers lose digits above 2^53, and an amount may have up to 19. No leading zeros, no "-0".
 */
const minorUnits = z
  .string()
  .check(
    z.regex(/^(0|-?[1-9]\d{0,18})$/, 'expected an integer in minor units as a string of up to 19 digits'),
  );

/** A whole number of pieces, as a decimal string; at least 1. */
const wholeQuantity = z
  .string()
  .check(z.regex(/^[1-9]\d{0,11}$/, 'expected a whole number from 1 to 999999999999 as a string'));

/** A lone surrogate has no UTF-8 form, so another character would be stored, hashed and shown. */
const wellFormed = z.refine<string>(
  (text) => text.isWellFormed(),
  'expected well-formed Unicode (no lone surrogates)',
);
/**
 * A single line wherever it is shown: Slack, CRM, terminal and paper show line breaks and control characters in it as one space
 * (`singleLine` of text.ts). It is stored and hashed as it was sent.
 */
const shortText = z.string().check(z.minLength(1), z.maxLength(500), wellFormed);
/** A text of several lines; CRLF and every other line end is one line break. */
const longText = z.string().check(z.maxLength(MAX_TEXT_LENGTH), wellFormed);
const utcInstant = z.iso.datetime();

/** Identifies a quote in URLs, S3 keys and Slack: letters, digits, dot, underscore, hyphen; at most 64. */
export const quoteIdSchema = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
      'expected 1 to 64 of A-Z a-z 0-9 . _ -, starting with a letter or digit',
    ),
  );

/** One line. `totalMinor` = `quantity` × `unitPriceMinor` − `discountMinor`, which enqueue verifies. */
export const quoteLineSchema = z.strictObject({
  sku: shortText,
  description: longText,
  quantity: wholeQuantity,
  unitPriceMinor: minorUnits,
  discountMinor: minorUnits,
  totalMinor: minorUnits,
});

/** Who approved, under which reference. `required` without a `granted` decision is refused at enqueue. */
export const approvalSchema = z.strictObject({
  required: z.boolean(),
  decision: z.enum(['granted', 'pending', 'rejected', 'not_required']),
  approvedBy: z.optional(shortText),
  approvedAt: z.optional(utcInstant),
  reference: z.optional(shortText),
});

/** The snapshot. `subtotalMinor` = Σ line totals; `totalMinor` = `subtotalMinor` + `taxMinor`. */
export const quoteSnapshotSchema = z.strictObject({
  quoteId: quoteIdSchema,
  revision: z.int().check(z.minimum(1), z.maximum(999_999)),
  title: shortText,
  acceptedAt: utcInstant,
  customer: z.strictObject({
    name: shortText,
    email: z.optional(shortText),
    address: z.optional(longText),
  }),
  seller: z.strictObject({ name: shortText, address: z.optional(longText) }),
  currency: z.string().check(z.regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code of three capital letters')),
  lines: z.array(quoteLineSchema).check(z.minLength(1), z.maxLength(MAX_LINES)),
  subtotalMinor: minorUnits,
  taxMinor: minorUnits,
  totalMinor: minorUnits,
  notes: z.optional(longText),
  engine: z.strictObject({ name: shortText, version: shortText }),
  policy: z.strictObject({ name: shortText, version: shortText, outcome: z.enum(['pass', 'fail']) }),
  approval: approvalSchema,
});

/** A line of the snapshot. */
export type QuoteLine = z.infer<typeof quoteLineSchema>;
/** The signed-off snapshot. */
export type QuoteSnapshot = z.infer<typeof quoteSnapshotSchema>;

/** The snapshot with its single-line fields as single lines. Only for showing, because it has another hash. */
export const withSingleLines = (snapshot: QuoteSnapshot): QuoteSnapshot => ({
  ...snapshot,
  title: singleLine(snapshot.title),
  customer: {
    ...snapshot.customer,
    name: singleLine(snapshot.customer.name),
    ...(snapshot.customer.email === undefined ? {} : { email: singleLine(snapshot.customer.email) }),
  },
  seller: { ...snapshot.seller, name: singleLine(snapshot.seller.name) },
  lines: snapshot.lines.map((line) => ({ ...line, sku: singleLine(line.sku) })),
});
