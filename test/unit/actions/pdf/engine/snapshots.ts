/** Quote snapshots for the renderer's tests. */
import type { QuoteLine, QuoteSnapshot } from '../../../../../lambdas/shared/contracts/quote-snapshot.ts';

/** A line numbered from 1. */
export const quoteLine = (number: number, over: Partial<QuoteLine> = {}): QuoteLine => ({
  sku: `SKU-${String(number).padStart(4, '0')}`,
  description: 'Conveyor belt module',
  quantity: '4',
  unitPriceMinor: '123450',
  discountMinor: '0',
  totalMinor: '493800',
  ...over,
});

/** Lines numbered 1 to `count`. */
export const quoteLines = (count: number): QuoteLine[] =>
  Array.from({ length: count }, (_, index) => quoteLine(index + 1));

/** A complete snapshot. */
export const quoteSnapshot = (over: Partial<QuoteSnapshot> = {}): QuoteSnapshot => ({
  quoteId: 'Q-2026-00042',
  revision: 2,
  title: 'Warehouse automation',
  acceptedAt: '2026-03-01T09:30:00Z',
  customer: {
    name: 'Zażółć Sp. z o.o.',
    email: 'zakupy@example.com',
    address: 'Piotrkowska 100\n90-001 Łódź',
  },
  seller: { name: 'Northwind Automation', address: 'Hafenstraße 12\n20457 Hamburg' },
  currency: 'EUR',
  lines: quoteLines(3),
  subtotalMinor: '1481400',
  taxMinor: '281466',
  totalMinor: '1762866',
  notes: 'Valid for 30 days.',
  engine: { name: 'price-engine', version: '4.2.0' },
  policy: { name: 'discount-policy', version: '7', outcome: 'pass' },
  approval: {
    required: true,
    decision: 'granted',
    approvedBy: 'Dana Approver',
    approvedAt: '2026-02-28T16:00:00Z',
    reference: 'APR-9912',
  },
  ...over,
});
