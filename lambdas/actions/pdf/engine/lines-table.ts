/**
 * The table of quote lines.
 *
 * A row stays on one page, so a long description becomes several rows without a rule between them: it runs over pages
 * like text, and no row is ever taller than a page.
 */
import type { Content, ContentTable, CustomTableLayout, TableCell } from 'pdfmake/interfaces.js';
import type { QuoteLine, QuoteSnapshot } from '../../../shared/contracts/quote-snapshot.ts';
import { formatMoney } from '../../../shared/domain/money.ts';
import { Color, CONTENT_WIDTH_POINTS, type Style, Styles } from './page-style.ts';
import { lineContent, type Side, type TextBlocks } from './text-blocks.ts';
import type { TextLine } from './text-flow.ts';

/** A row with more lines of text than this, about a fifth of a page, is divided. */
const WHOLE_ROW_LINES = 12;
/** Lines of text in each row of a divided one: the most that a page's foot stays short of. */
const ROW_LINES = 4;
const CELL_PADDING_POINTS = 5;
const ROW_PADDING_POINTS = 4;
const SKU_WIDTH_POINTS = { min: 40, max: 92 } as const;
/** Amounts shrink before the description gets narrower than this. Points. */
const DESCRIPTION_MIN_POINTS = 130;
const AMOUNT_SIZES_POINTS = [9, 8, 7, 6] as const;

const HEADINGS = ['SKU', 'Description', 'Qty', 'Unit price', 'Discount', 'Total'] as const;
/** Columns from here on hold numbers. */
const FIRST_NUMBER_COLUMN = 2;

const quantityFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Numbers of a line as they are printed: quantity, unit price, discount, total. */
const numbersOf = (line: QuoteLine, currency: string): readonly string[] => [
  quantityFormat.format(BigInt(line.quantity)),
  formatMoney(line.unitPriceMinor, currency),
  line.discountMinor === '0' ? '–' : formatMoney(line.discountMinor, currency),
  formatMoney(line.totalMinor, currency),
];

interface Columns {
  readonly widthsPoints: readonly number[];
  readonly numberStyle: Style;
}

function widest(blocks: TextBlocks, texts: readonly string[], style: Style): number {
  let widthPoints = 0;
  for (const text of new Set(texts)) widthPoints = Math.max(widthPoints, blocks.widthPoints(text, style));
  return widthPoints;
}

/** Number columns are as wide as their widest number; the description gets what is left. */
function columnsAt(
  blocks: TextBlocks,
  snapshot: QuoteSnapshot,
  rows: readonly (readonly string[])[],
  sizePoints: number,
): Columns {
  const numberStyle = { ...Styles.Body, sizePoints };
  const numberWidths = HEADINGS.slice(FIRST_NUMBER_COLUMN).map((heading, column) =>
    Math.max(
      widest(blocks, [heading], Styles.Label),
      widest(
        blocks,
        rows.map((row) => row[column] ?? ''),
        numberStyle,
      ),
    ),
  );
  const skuPoints = widest(
    blocks,
    snapshot.lines.map((line) => line.sku),
    Styles.Body,
  );
  const sku = Math.min(SKU_WIDTH_POINTS.max, Math.max(SKU_WIDTH_POINTS.min, skuPoints));
  const paddings = (2 * HEADINGS.length - 2) * CELL_PADDING_POINTS;
  const taken = numberWidths.reduce((sum, width) => sum + width, sku + paddings);
  return { widthsPoints: [sku, CONTENT_WIDTH_POINTS - taken, ...numberWidths], numberStyle };
}

function columnsOf(
  blocks: TextBlocks,
  snapshot: QuoteSnapshot,
  rows: readonly (readonly string[])[],
): Columns {
  const [largest, ...smaller] = AMOUNT_SIZES_POINTS;
  let columns = columnsAt(blocks, snapshot, rows, largest);
  for (const sizePoints of smaller) {
    if ((columns.widthsPoints[1] ?? 0) >= DESCRIPTION_MIN_POINTS) break;
    columns = columnsAt(blocks, snapshot, rows, sizePoints);
  }
  return columns;
}

const sideOf = (column: number): Side => (column >= FIRST_NUMBER_COLUMN ? 'right' : 'start');

const headerRow = (blocks: TextBlocks, { widthsPoints }: Columns): TableCell[] =>
  HEADINGS.map((heading, column) => ({
    stack: blocks.block(heading, Styles.Label, widthsPoints[column] ?? 0, sideOf(column)),
  }));

const cell = (lines: readonly TextLine[], style: Style, side: Side): TableCell => ({
  stack: lines.map((line): Content => lineContent(line, style, side)),
});

/** Rows of one quote line: one, or several for a long text; only the first carries numbers. */
function rowsOf(
  blocks: TextBlocks,
  line: QuoteLine,
  numbers: readonly string[],
  columns: Columns,
): TableCell[][] {
  const texts = [line.sku, line.description].map((text, column) =>
    blocks.lines(text, Styles.Body, columns.widthsPoints[column] ?? 0),
  );
  const lineCount = Math.max(...texts.map((lines) => lines.length));
  const rowLines = lineCount <= WHOLE_ROW_LINES ? lineCount : ROW_LINES;
  const rowCount = Math.ceil(lineCount / rowLines);
  return Array.from({ length: rowCount }, (_, row) => [
    ...texts.map((lines) => cell(lines.slice(row * rowLines, (row + 1) * rowLines), Styles.Body, 'start')),
    ...numbers.map((number, column) =>
      row === 0 ? numberCell(blocks, number, columns, column + FIRST_NUMBER_COLUMN) : '',
    ),
  ]);
}

const numberCell = (blocks: TextBlocks, number: string, columns: Columns, column: number): TableCell => ({
  stack: blocks.block(number, columns.numberStyle, columns.widthsPoints[column] ?? 0, 'right'),
});

/** Rules under the header and between quote lines, not between the rows of one line. */
function layoutOf(firstRows: ReadonlySet<number>, rowCount: number): CustomTableLayout {
  const isBoundary = (row: number) => firstRows.has(row) || row === rowCount;
  return {
    hLineWidth: (row) => (row === 0 || !isBoundary(row) ? 0 : row === 1 ? 0.9 : 0.5),
    hLineColor: (row) => (row === 1 ? Color.Accent : Color.Rule),
    vLineWidth: () => 0,
    paddingLeft: (column) => (column === 0 ? 0 : CELL_PADDING_POINTS),
    paddingRight: (column) => (column === HEADINGS.length - 1 ? 0 : CELL_PADDING_POINTS),
    paddingTop: (row) => (row === 0 || firstRows.has(row) ? ROW_PADDING_POINTS : 0),
    paddingBottom: (row) => (isBoundary(row + 1) ? ROW_PADDING_POINTS : 0),
  };
}

/**
 * The table of all lines, its header repeated on every page.
 * @throws {PdfRenderFailed} when a font file cannot be read.
 */
export function linesTable(blocks: TextBlocks, snapshot: QuoteSnapshot): ContentTable {
  const numbers = snapshot.lines.map((line) => numbersOf(line, snapshot.currency));
  const columns = columnsOf(blocks, snapshot, numbers);
  const body = [headerRow(blocks, columns)];
  const firstRows = new Set<number>();
  for (const [index, line] of snapshot.lines.entries()) {
    firstRows.add(body.length);
    body.push(...rowsOf(blocks, line, numbers[index] ?? [], columns));
  }
  return {
    table: {
      headerRows: 1,
      keepWithHeaderRows: 1,
      dontBreakRows: true,
      widths: [...columns.widthsPoints],
      body,
    },
    layout: layoutOf(firstRows, body.length),
  };
}
