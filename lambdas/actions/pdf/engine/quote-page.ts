/** The content of a quote's pages. All of it comes from the snapshot; nothing is computed. */
import {
  type QuoteLine,
  type QuoteSnapshot,
  withSingleLines,
} from '../../../shared/contracts/quote-snapshot.ts';
import { formatMoney } from '../../../shared/domain/money.ts';
import type { QuotePage, QuotePageLine } from '../contracts/quote-page.ts';
import type { PrintableText } from './printable-text.ts';

/** `2026-03-01T09:30:00Z` as `2026-03-01 09:30 UTC`, the same for every reader and on every machine. */
const instantText = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;

const quantityFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

type Money = (minor: string) => string;

const lineOf = (line: QuoteLine, texts: PrintableText, money: Money): QuotePageLine => ({
  sku: texts.of(line.sku),
  description: texts.of(line.description),
  quantity: quantityFormat.format(BigInt(line.quantity)),
  unitPrice: money(line.unitPriceMinor),
  discount: line.discountMinor === '0' ? '–' : money(line.discountMinor),
  total: money(line.totalMinor),
});

/** A text that may be absent; absent too when it is empty. */
const optional = (text: string | undefined, texts: PrintableText): string | undefined =>
  text === undefined || text === '' ? undefined : texts.of(text);

/**
 * The page of a snapshot, without the order of its fonts, which depends on the texts.
 * @throws {RangeError} when an amount or the currency is malformed
 */
export function quotePage(accepted: QuoteSnapshot, texts: PrintableText): Omit<QuotePage, 'fonts'> {
  const snapshot = withSingleLines(accepted);
  const { customer, seller, currency } = snapshot;
  const money: Money = (minor) => texts.of(formatMoney(minor, currency));
  return {
    language: 'en',
    quoteId: snapshot.quoteId,
    revision: snapshot.revision,
    title: texts.of(snapshot.title),
    acceptedAt: instantText(snapshot.acceptedAt),
    currency,
    seller: { name: texts.of(seller.name), address: optional(seller.address, texts) },
    customer: {
      name: texts.of(customer.name),
      email: optional(customer.email, texts),
      address: optional(customer.address, texts),
    },
    lines: snapshot.lines.map((line) => lineOf(line, texts, money)),
    subtotal: money(snapshot.subtotalMinor),
    tax: money(snapshot.taxMinor),
    total: money(snapshot.totalMinor),
    notes: optional(snapshot.notes, texts),
  };
}
