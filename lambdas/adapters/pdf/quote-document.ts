/** The document of a quote: what stands on the pages, all of it taken from the snapshot, nothing computed. */
import type { Column, Content, ContentStack, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import type { QuoteSnapshot } from '../../contracts/quote-snapshot.ts';
import { formatMoney } from '../../domain/money.ts';
import { linesTable } from './lines-table.ts';
import { Color, CONTENT_WIDTH_POINTS, PAGE, type Style, Styles } from './page-style.ts';
import type { TextBlocks } from './text-blocks.ts';

const DETAILS_WIDTH_POINTS = 176;
const GAP_POINTS = 24;
const LABEL_WIDTH_POINTS = 64;
const AMOUNT_MIN_POINTS = 80;
const TOTAL_RULE_POINTS = 220;

/** `2026-03-01T09:30:00Z` as `2026-03-01 09:30 UTC`: the same for every reader and every machine. */
const instantText = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;

const rule = (color: string, widthPoints: number): Content => ({
  canvas: [{ type: 'line', x1: 0, y1: 0, x2: widthPoints, y2: 0, lineWidth: 0.75, lineColor: color }],
});

const stack = (content: Content[], margin: [number, number, number, number]): ContentStack => ({
  stack: content,
  margin,
});

/** Two columns with a gap between them; a column's gap would otherwise pass down to the columns inside it. */
const sideBySide = (
  columns: readonly [Column, Column],
  columnGap: number,
  margin: [number, number, number, number],
): Content => ({ columns: [...columns], columnGap, margin });

/** Label and value. */
function field(blocks: TextBlocks, label: string, value: string, widthPoints: number): Content {
  const valuePoints = widthPoints - LABEL_WIDTH_POINTS;
  return sideBySide(
    [
      { width: LABEL_WIDTH_POINTS, stack: blocks.block(label, Styles.FieldLabel, LABEL_WIDTH_POINTS) },
      { width: valuePoints, stack: blocks.block(value, Styles.Body, valuePoints) },
    ],
    0,
    [0, 0, 0, 2],
  );
}

function letterhead(blocks: TextBlocks, snapshot: QuoteSnapshot): Content {
  const sellerWidthPoints = CONTENT_WIDTH_POINTS - DETAILS_WIDTH_POINTS - GAP_POINTS;
  const seller = [
    ...blocks.block(snapshot.seller.name, Styles.SellerName, sellerWidthPoints),
    ...blocks.optionalBlock(snapshot.seller.address, Styles.Quiet, sellerWidthPoints),
  ];
  const details = [
    ...blocks.block('Quote', Styles.DocumentName, DETAILS_WIDTH_POINTS),
    field(blocks, 'Quote no.', snapshot.quoteId, DETAILS_WIDTH_POINTS),
    field(blocks, 'Revision', String(snapshot.revision), DETAILS_WIDTH_POINTS),
    field(blocks, 'Accepted', instantText(snapshot.acceptedAt), DETAILS_WIDTH_POINTS),
    field(blocks, 'Currency', snapshot.currency, DETAILS_WIDTH_POINTS),
  ];
  return sideBySide(
    [
      { width: sellerWidthPoints, stack: seller },
      { width: DETAILS_WIDTH_POINTS, stack: details },
    ],
    GAP_POINTS,
    [0, 0, 0, 12],
  );
}

function customerBlock(blocks: TextBlocks, { customer }: QuoteSnapshot): Content {
  return stack(
    [
      heading(blocks, 'PREPARED FOR'),
      ...blocks.block(customer.name, Styles.BodyBold, CONTENT_WIDTH_POINTS),
      ...blocks.optionalBlock(customer.email, Styles.Body, CONTENT_WIDTH_POINTS),
      ...blocks.optionalBlock(customer.address, Styles.Body, CONTENT_WIDTH_POINTS),
    ],
    [0, 12, 0, 16],
  );
}

/** A label and an amount, both at the right edge; the amount never breaks. */
function totalRow(blocks: TextBlocks, label: string, amount: string, style: Style): Content {
  const amountPoints = Math.max(AMOUNT_MIN_POINTS, blocks.widthPoints(amount, style));
  const labelPoints = CONTENT_WIDTH_POINTS - amountPoints - GAP_POINTS;
  return sideBySide(
    [
      { width: labelPoints, stack: blocks.block(label, style, labelPoints, 'right') },
      { width: amountPoints, stack: blocks.block(amount, style, amountPoints, 'right') },
    ],
    GAP_POINTS,
    [0, 2, 0, 2],
  );
}

function totalsBlock(blocks: TextBlocks, snapshot: QuoteSnapshot): Content {
  const amount = (minor: string) => formatMoney(minor, snapshot.currency);
  return {
    unbreakable: true,
    margin: [0, 12, 0, 18],
    stack: [
      totalRow(blocks, 'Subtotal', amount(snapshot.subtotalMinor), Styles.Body),
      totalRow(blocks, 'Tax', amount(snapshot.taxMinor), Styles.Body),
      { ...lineAtRight(TOTAL_RULE_POINTS), margin: [0, 3, 0, 3] },
      totalRow(blocks, `Total ${snapshot.currency}`, amount(snapshot.totalMinor), Styles.Total),
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

const heading = (blocks: TextBlocks, text: string): Content => ({
  stack: blocks.block(text, Styles.Label, CONTENT_WIDTH_POINTS),
  margin: [0, 0, 0, 4],
});

/** A heading stays with the first lines under it. */
function section(blocks: TextBlocks, name: string, content: readonly Content[]): Content {
  const kept = 3;
  return stack(
    [
      {
        unbreakable: true,
        stack: [heading(blocks, name), ...content.slice(0, kept)],
      },
      ...content.slice(kept),
    ],
    [0, 0, 0, 14],
  );
}

function notesSection(blocks: TextBlocks, { notes }: QuoteSnapshot): Content[] {
  const lines = blocks.optionalBlock(notes, Styles.Body, CONTENT_WIDTH_POINTS);
  return lines.length === 0 ? [] : [section(blocks, 'NOTES', lines)];
}

const DECISION_TEXTS = {
  granted: 'Granted',
  pending: 'Pending',
  rejected: 'Rejected',
  not_required: 'Not required',
} as const satisfies Record<QuoteSnapshot['approval']['decision'], string>;

function approvalText({ approval }: QuoteSnapshot): string {
  const by = approval.approvedBy === undefined ? '' : ` by ${approval.approvedBy}`;
  const at = approval.approvedAt === undefined ? '' : `, ${instantText(approval.approvedAt)}`;
  const reference = approval.reference === undefined ? '' : `, reference ${approval.reference}`;
  return `${DECISION_TEXTS[approval.decision]}${by}${at}${reference}`;
}

const signOffSection = (blocks: TextBlocks, snapshot: QuoteSnapshot): Content =>
  section(blocks, 'APPROVAL AND PRICING', [
    field(blocks, 'Approval', approvalText(snapshot), CONTENT_WIDTH_POINTS),
    field(blocks, 'Priced by', `${snapshot.engine.name} ${snapshot.engine.version}`, CONTENT_WIDTH_POINTS),
    field(
      blocks,
      'Policy',
      `${snapshot.policy.name} ${snapshot.policy.version}: ${snapshot.policy.outcome}`,
      CONTENT_WIDTH_POINTS,
    ),
  ]);

function footer(
  blocks: TextBlocks,
  { quoteId, revision }: QuoteSnapshot,
  page: number,
  pages: number,
): Content {
  const halfPoints = CONTENT_WIDTH_POINTS / 2;
  return {
    margin: [PAGE.margins[0], 14, PAGE.margins[2], 0],
    stack: [
      rule(Color.Rule, CONTENT_WIDTH_POINTS),
      {
        margin: [0, 6, 0, 0],
        columns: [
          {
            width: halfPoints,
            stack: blocks.block(`${quoteId} · revision ${revision}`, Styles.Footer, halfPoints),
          },
          {
            width: halfPoints,
            stack: blocks.block(`Page ${page} of ${pages}`, Styles.Footer, halfPoints, 'right'),
          },
        ],
      },
    ],
  };
}

/** pdfmake's definition of the document; dates come from `acceptedAt`, so equal snapshots give equal bytes. */
export function quoteDocument(blocks: TextBlocks, snapshot: QuoteSnapshot): TDocumentDefinitions {
  const acceptedAt = new Date(snapshot.acceptedAt);
  return {
    pageSize: PAGE.size,
    pageMargins: [...PAGE.margins],
    language: 'en',
    displayTitle: true,
    info: {
      title: `Quote ${snapshot.quoteId}, revision ${snapshot.revision}`,
      creator: 'Quote Execution Queue',
      creationDate: acceptedAt,
      modDate: acceptedAt,
    },
    defaultStyle: { font: 'text' },
    content: [
      letterhead(blocks, snapshot),
      rule(Color.Rule, CONTENT_WIDTH_POINTS),
      customerBlock(blocks, snapshot),
      stack(blocks.block(snapshot.title, Styles.Title, CONTENT_WIDTH_POINTS), [0, 0, 0, 6]),
      linesTable(blocks, snapshot),
      totalsBlock(blocks, snapshot),
      ...notesSection(blocks, snapshot),
      signOffSection(blocks, snapshot),
    ],
    footer: (page, pages) => footer(blocks, snapshot, page, pages),
  };
}
