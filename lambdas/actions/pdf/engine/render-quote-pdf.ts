/**
 * Renders a quote's PDF.
 *
 * Invariants
 * 1. Equal snapshots give equal bytes (with the same typesetter's folder).
 * 2. User text reaches the compiler as JSON, so it is never code. A template reads no file outside its folder, and no URL.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { QuoteSnapshot } from '../../../shared/contracts/quote-snapshot.ts';
import { FONT_FAMILIES } from '../contracts/font-files.ts';
import type { QuotePage } from '../contracts/quote-page.ts';
import type { TypesetAnswer, TypesetLimits } from '../contracts/typeset-message.ts';
import { TEMPLATE_FONTS, TypesetterFile } from '../contracts/typesetter-files.ts';
import { fontOrder } from './font-order.ts';
import { GlyphCoverage } from './glyph-coverage.ts';
import { PdfRenderFailed } from './pdf-render-failed.ts';
import { PrintableText } from './printable-text.ts';
import { quotePage } from './quote-page.ts';
import { Typesetter } from './typesetter.ts';

/** A rendered quote. */
export interface RenderedQuote {
  readonly pdf: Uint8Array;
  /** Characters that no font has, shown as a box. */
  readonly boxCount: number;
  /** The PDF standard that the document meets: `ua-1`, `a-2u` or `1.7`. */
  readonly standard: string;
}

const FONT_FILE = /\.(?:ttf|otf)$/i;

function filesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((name) => FONT_FILE.test(name))
      .toSorted()
      .map((name) => path.join(dir, name));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    throw thrown;
  }
}

const FAMILY_KEYS: readonly string[] = Object.keys(FONT_FAMILIES);

/** A typesetter's folder, opened: what its fonts show, and the process that sets documents. */
export class QuoteRenderer {
  /** See `TypesetterFile.Version`; part of the content address. */
  readonly version: string;
  readonly #coverage: GlyphCoverage;
  readonly #typesetter: Typesetter;

  /** @param dir folder with the files of `TypesetterFile` @throws {PdfRenderFailed} when a file is missing there */
  constructor(dir: string, limits?: TypesetLimits) {
    try {
      this.version = readFileSync(path.join(dir, TypesetterFile.Version), 'utf8');
      const fonts = Object.values(FONT_FAMILIES).map(({ packagePaths: [regular] }) =>
        path.join(dir, TypesetterFile.Fonts, path.basename(regular)),
      );
      const ofTemplate = filesIn(path.join(dir, TypesetterFile.Template, TEMPLATE_FONTS));
      this.#coverage = new GlyphCoverage([...fonts, ...ofTemplate]);
    } catch (cause) {
      throw new PdfRenderFailed('The folder of the typesetter is incomplete.', cause);
    }
    this.#typesetter = new Typesetter(dir, limits);
  }

  /** Starts the process of the compiler, so that the first quote does not wait for it. */
  start(): void {
    this.#typesetter.start();
  }

  /** Ends the process of the compiler. */
  stop(): void {
    this.#typesetter.stop();
  }

  /**
   * The PDF of a snapshot. Amounts and totals are printed as the snapshot has them.
   * @throws {PdfRenderFailed} on any error; the cause is kept.
   */
  async render(snapshot: QuoteSnapshot): Promise<RenderedQuote> {
    try {
      const texts = new PrintableText(this.#coverage);
      const page = quotePage(snapshot, texts);
      const answer = await this.#typesetter.typeset({
        quote: JSON.stringify({ fonts: this.#fontsFor(page), ...page } satisfies QuotePage),
        dateEpochSeconds: Math.floor(Date.parse(snapshot.acceptedAt) / 1_000),
      });
      return { ...pdfOf(answer), boxCount: texts.boxCount };
    } catch (cause) {
      throw new PdfRenderFailed('The PDF could not be rendered from this snapshot.', cause);
    }
  }

  #fontsFor(page: Omit<QuotePage, 'fonts'>): readonly string[] {
    return fontOrder(JSON.stringify(page), (family, text) =>
      this.#coverage.fontCovers(FAMILY_KEYS.indexOf(family), text),
    );
  }
}

function pdfOf(answer: TypesetAnswer): Omit<RenderedQuote, 'boxCount'> {
  if ('failure' in answer) throw new Error(answer.failure);
  return answer;
}
