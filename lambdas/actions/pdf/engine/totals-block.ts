/** The totals under the table. */
import type { Content } from 'pdfmake/interfaces.js';
import type { QuoteSnapshot } from '../../../shared/contracts/quote-snapshot.ts';
import { formatMoney } from '../../../shared/domain/money.ts';
import { sideBySide } from './page-parts.ts';
import { Color, CONTENT_WIDTH_POINTS, type Style, Styles } from './page-style.ts';
import type { TextBlocks } from './text-blocks.ts';

const LABEL_GAP_POINTS = 24;
const AMOUNT_MIN_POINTS = 80;
const TOTAL_RULE_POINTS = 220;

interface Total {
  readonly label: string;
  readonly amount: string;
  readonly style: Style;
}

/** A label and an amount, both at the right edge; the amount never breaks. */
function totalRow(blocks: TextBlocks, { label, amount, style }: Total, amountPoints: number): Content {
  const labelPoints = CONTENT_WIDTH_POINTS - amountPoints - LABEL_GAP_POINTS;
  return sideBySide(
    [
      { width: labelPoints, stack: blocks.block(label, style, labelPoints, 'right') },
      { width: amountPoints, stack: blocks.block(amount, style, amountPoints, 'right') },
    ],
    LABEL_GAP_POINTS,
    [0, 2, 0, 2],
  );
}

/**
 * Subtotal, tax and total as the snapshot has them; they stay together on one page.
 * @throws {PdfRenderFailed} when a font file cannot be read.
 */
export function totalsBlock(blocks: TextBlocks, snapshot: QuoteSnapshot): Content {
  const total = (label: string, minor: string, style: Style): Total => ({
    label,
    amount: formatMoney(minor, snapshot.currency),
    style,
  });
  const parts = [
    total('Subtotal', snapshot.subtotalMinor, Styles.Body),
    total('Tax', snapshot.taxMinor, Styles.Body),
  ];
  const sum = total(`Total ${snapshot.currency}`, snapshot.totalMinor, Styles.Total);
  const amountPoints = Math.max(
    AMOUNT_MIN_POINTS,
    ...[...parts, sum].map(({ amount, style }) => blocks.widthPoints(amount, style)),
  );
  return {
    unbreakable: true,
    margin: [0, 12, 0, 18],
    stack: [
      ...parts.map((part) => totalRow(blocks, part, amountPoints)),
      { ...lineAtRight(TOTAL_RULE_POINTS), margin: [0, 3, 0, 3] },
      totalRow(blocks, sum, amountPoints),
    ],
  };
}

const lineAtRight = (widthPoints: number) => ({
  canvas: [
    {
      type: 'line' as const,
      x1: CONTENT_WIDTH_POINTS - widthPoints,
      y1: 0,
      x2: CONTENT_WIDTH_POINTS,
      y2: 0,
      lineWidth: 0.75,
      lineColor: Color.Accent,
    },
  ],
});
