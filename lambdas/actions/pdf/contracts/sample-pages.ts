/** Pages on which a template is tried before it is deployed: everything that a quote may hold, and as little as it may hold. */
import { FONT_FAMILIES } from './font-files.ts';
import type { QuotePage, QuotePageLine } from './quote-page.ts';

const fonts = Object.values(FONT_FAMILIES).map(({ name }) => name);

const line: QuotePageLine = {
  sku: 'PMP-200',
  description: 'Pump, consisting of:\n    1 x motor\n    1 x frame',
  quantity: '1,000',
  unitPrice: '€1,234.50',
  discount: '–',
  total: '€1,234,500.00',
};

const smallest: QuotePage = {
  fonts,
  language: 'en',
  quoteId: 'Q-1',
  revision: 1,
  title: 'Pumps',
  acceptedAt: '2026-03-01 09:30 UTC',
  currency: 'EUR',
  seller: { name: 'Seller' },
  customer: { name: 'Buyer' },
  lines: [line],
  subtotal: '€1,234,500.00',
  tax: '€0.00',
  total: '€1,234,500.00',
};

const largest: QuotePage = {
  ...smallest,
  seller: { name: 'Seller', address: 'Hafenstraße 12\n20457 Hamburg' },
  customer: { name: 'שלום', email: 'buyer@example.com', address: 'Piotrkowska 100\n\n90-001 Łódź' },
  lines: Array.from({ length: 60 }, () => ({ ...line, discount: '€10.00', description: 'x'.repeat(200) })),
  notes: `${'Valid for 30 days. '.repeat(200)}\n\nمرحبا`,
};

/** See the file head. */
export const SAMPLE_PAGES: readonly QuotePage[] = [smallest, largest];
