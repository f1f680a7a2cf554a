/** The document of a quote: the content of its pages. All of it comes from the snapshot; nothing is computed. */
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { type QuoteSnapshot, withSingleLines } from '../../../shared/contracts/quote-snapshot.ts';
import { linesTable } from './lines-table.ts';
import { rule, sideBySide, stack } from './page-parts.ts';
import { Color, CONTENT_WIDTH_POINTS, PAGE, Styles } from './page-style.ts';
import type { TextBlocks } from './text-blocks.ts';
import { totalsBlock } from './totals-block.ts';

const DETAILS_WIDTH_POINTS = 176;
const GAP_POINTS = 24;
const LABEL_WIDTH_POINTS = 64;

/** `2026-03-01T09:30:00Z` as `2026-03-01 09:30 UTC`, the same for every reader and on every machine. */
const instantText = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;

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

const heading = (blocks: TextBlocks, text: string): Content => ({
  stack: blocks.block(text, Styles.Label, CONTENT_WIDTH_POINTS),
  margin: [0, 0, 0, 4],
});

/** A heading stays on one page with the first lines below it. */
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

/** pdfmake's definition of the document. Dates come from `acceptedAt`, so equal snapshots give equal bytes. */
export function quoteDocument(blocks: TextBlocks, accepted: QuoteSnapshot): TDocumentDefinitions {
  const snapshot = withSingleLines(accepted);
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
    ],
    footer: (page, pages) => footer(blocks, snapshot, page, pages),
  };
}
