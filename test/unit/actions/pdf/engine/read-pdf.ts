/** Reads a PDF back: its pages with each piece of text and its place, and what it says of itself. */
import { PDFiumLibrary } from '@hyzyla/pdfium';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** One piece of text on a page. Points from the lower left corner; `y` is the baseline. */
export interface PlacedText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly widthPoints: number;
  readonly sizePoints: number;
}

/** A page in the order in which it is read. */
export type ReadPage = readonly PlacedText[];

async function withDocument<T>(
  bytes: Uint8Array,
  read: (document: Awaited<ReturnType<typeof getDocument>['promise']>) => Promise<T>,
): Promise<T> {
  const task = getDocument({ data: Uint8Array.from(bytes), useSystemFonts: false, verbosity: 0 });
  try {
    return await read(await task.promise);
  } finally {
    await task.destroy();
  }
}

/** The pieces of text on each page. */
export const readPdf = (bytes: Uint8Array): Promise<readonly ReadPage[]> =>
  withDocument(bytes, async (document) => {
    const pages: ReadPage[] = [];
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      pages.push(
        items.flatMap((item) =>
          'str' in item && item.str !== ''
            ? [
                {
                  text: item.str,
                  x: Number(item.transform[4]),
                  y: Number(item.transform[5]),
                  widthPoints: item.width,
                  sizePoints: item.height,
                },
              ]
            : [],
        ),
      );
    }
    return pages;
  });

/** Text of each page, pieces joined without separators. */
export const pageTexts = async (bytes: Uint8Array): Promise<readonly string[]> =>
  (await readPdf(bytes)).map((page) => page.map((placed) => placed.text).join(''));

/** What of a text is in the file: without white space and invisible characters, which layout adds and drops. */
export const lettersOf = (text: string): string =>
  text.normalize('NFC').replaceAll(/[\s\p{Default_Ignorable_Code_Point}\u200B]/gu, '');

/** Title, language, and whether the document has a structure. */
export const describePdf = (bytes: Uint8Array) =>
  withDocument(bytes, async (document) => {
    const { info } = await document.getMetadata();
    const marks = await document.getMarkInfo();
    const tree = await (await document.getPage(1)).getStructTree();
    return { info, marked: marks?.Marked === true, tree: JSON.stringify(tree) };
  });

/** Text of each page as the viewer of Chrome extracts it. It knows text from right to left; {@link readPdf} does not. */
export async function viewerTexts(bytes: Uint8Array): Promise<readonly string[]> {
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(bytes);
    const texts = Array.from(document.pages(), (page) => page.getText());
    document.destroy();
    return texts;
  } finally {
    library.destroy();
  }
}
