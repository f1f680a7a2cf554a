import { describe, expect, it } from 'vitest';
import { documentKey as keyOf } from '../../../../../lambdas/actions/pdf/engine/document-key.ts';
import { quoteLine, quoteSnapshot } from './snapshots.ts';

const documentKey = (snapshot: Parameters<typeof keyOf>[0], version = 'quote-pdf/1') =>
  keyOf(snapshot, version);

describe('documentKey', () => {
  it('contains the quote id and a SHA-256', () => {
    expect(documentKey(quoteSnapshot())).toMatch(/^quotes\/Q-2026-00042\/[0-9a-f]{64}\.pdf$/);
  });

  it('does not depend on the order of fields', () => {
    const snapshot = quoteSnapshot();
    const turned = { ...snapshot, ...Object.fromEntries(Object.entries(snapshot).toReversed()) };
    const reordered = Object.assign({ notes: turned.notes }, turned);

    expect(Object.keys(reordered)).not.toStrictEqual(Object.keys(snapshot));
    expect(documentKey(reordered)).toBe(documentKey(snapshot));
  });

  it.each([
    ['a revision', { revision: 3 }],
    ['an amount', { totalMinor: '1' }],
    ['a line', { lines: [quoteLine(1)] }],
    ['a note', { notes: 'Valid for 31 days.' }],
  ])('changes with %s', (_, change) => {
    expect(documentKey(quoteSnapshot(change))).not.toBe(documentKey(quoteSnapshot()));
  });

  it('changes with the version of the renderer', () => {
    expect(documentKey(quoteSnapshot(), 'quote-pdf/2')).not.toBe(documentKey(quoteSnapshot()));
  });
});
