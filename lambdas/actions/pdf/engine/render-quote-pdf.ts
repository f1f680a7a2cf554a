/**
 * Renders a quote's PDF.
 *
 * Invariants
 * 1. Equal snapshots give equal bytes (with the same versions of Node.js and of this renderer).
 * 2. pdfmake reads no file and no URL: it gets fonts as bytes under the names of the faces, and every other name is refused. It
 *    gets user text only as runs of text (`text-blocks.ts`).
 */
import pdfmake from 'pdfmake';
import type { TFontDictionary } from 'pdfmake/interfaces.js';
import { FONT_FILES, type FontFace } from '../contracts/font-files.ts';
import type { QuoteSnapshot } from '../../../shared/contracts/quote-snapshot.ts';
import { type FontSet, fontSetOf } from './font-set.ts';
import { PdfRenderFailed } from './pdf-render-failed.ts';
import { quoteDocument } from './quote-document.ts';
import { TextBlocks } from './text-blocks.ts';

declare module 'pdfmake' {
  /** Where pdfmake looks for a file before the file system; its published types lack it. */
  export let virtualfs: {
    existsSync(name: string): boolean;
    readFileSync(name: string): Buffer;
  };
}

/** Settings of the renderer. */
interface RenderOptions {
  /** Folder with the files of `FONT_FILES`. */
  readonly fontsDir: string;
}

const isFace = (name: string): name is FontFace => Object.hasOwn(FONT_FILES, name);

const filesOf = (fonts: FontSet): typeof pdfmake.virtualfs => ({
  existsSync: isFace,
  readFileSync(name) {
    if (!isFace(name)) throw new Error(`font: expected the name of a face, not ${name}`);
    return fonts.fileOf(name);
  },
});

/** Each face is a separate family with one style. */
const fontDictionary = (): TFontDictionary =>
  Object.fromEntries(Object.keys(FONT_FILES).map((face) => [face, { normal: face }]));

async function render(snapshot: QuoteSnapshot, fonts: FontSet): Promise<Uint8Array> {
  const definition = quoteDocument(new TextBlocks(fonts), snapshot);
  // The settings are global in pdfmake, but `createPdf` copies them before it returns.
  pdfmake.setFonts(fontDictionary());
  pdfmake.virtualfs = filesOf(fonts);
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy(() => false);
  const stream = await pdfmake.createPdf(definition).getStream();
  stream.end();
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/**
 * The PDF of a snapshot. Amounts and totals are printed as the snapshot has them.
 * @throws {PdfRenderFailed} on any error; the cause is kept.
 */
export async function renderQuotePdf(snapshot: QuoteSnapshot, options: RenderOptions): Promise<Uint8Array> {
  try {
    return await render(snapshot, fontSetOf(options.fontsDir));
  } catch (cause) {
    if (cause instanceof PdfRenderFailed) throw cause;
    throw new PdfRenderFailed('The PDF could not be rendered from this snapshot.', cause);
  }
}
