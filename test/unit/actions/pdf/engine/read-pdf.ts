/** Reads back the text of a PDF made by pdfkit: inflates the page streams and decodes glyphs by the fonts' ToUnicode maps. */
import { inflateSync } from 'node:zlib';

/** One piece of text on a page; x and y are points from the lower left corner. */
export interface PlacedText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly sizePoints: number;
}

type PdfObjects = ReadonlyMap<number, string>;

function objectsOf(bytes: Uint8Array): PdfObjects {
  const source = Buffer.from(bytes).toString('latin1');
  const objects = new Map<number, string>();
  for (const match of source.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    objects.set(Number(match[1]), match[2] ?? '');
  }
  return objects;
}

function streamOf(objects: PdfObjects, id: number): string {
  const body = objects.get(id) ?? '';
  const start = body.indexOf('stream\n') + 'stream\n'.length;
  const data = Buffer.from(body.slice(start, body.lastIndexOf('\nendstream')), 'latin1');
  return inflateSync(data).toString('latin1');
}

function referenceIn(body: string | undefined, key: string): number {
  const id = new RegExp(`/${key} (\\d+) 0 R`).exec(body ?? '')?.[1];
  if (id === undefined) throw new Error(`expected /${key} in ${body ?? 'a missing object'}`);
  return Number(id);
}

const textOfHex = (hex: string): string =>
  Buffer.from(hex.replaceAll(' ', ''), 'hex').swap16().toString('utf16le');

/** Text of each glyph id. */
function unicodeMap(cmap: string): ReadonlyMap<number, string> {
  const map = new Map<number, string>();
  for (const range of cmap.matchAll(/<(\w{4})> <\w{4}> \[(.*)\]/g)) {
    const first = Number.parseInt(range[1] ?? '', 16);
    const texts = Array.from((range[2] ?? '').matchAll(/<([\w ]*)>/g), (entry) => textOfHex(entry[1] ?? ''));
    for (const [offset, text] of texts.entries()) map.set(first + offset, text);
  }
  return map;
}

function fontsOf(objects: PdfObjects, pageBody: string): ReadonlyMap<string, ReadonlyMap<number, string>> {
  const resources = objects.get(referenceIn(pageBody, 'Resources')) ?? '';
  return new Map(
    Array.from(resources.matchAll(/\/(F\d+) (\d+) 0 R/g), (font) => {
      const toUnicode = referenceIn(objects.get(Number(font[2])), 'ToUnicode');
      return [font[1] ?? '', unicodeMap(streamOf(objects, toUnicode))] as const;
    }),
  );
}

function textsOfPage(objects: PdfObjects, pageBody: string): readonly PlacedText[] {
  const fonts = fontsOf(objects, pageBody);
  const content = streamOf(objects, referenceIn(pageBody, 'Contents'));
  const blocks = content.matchAll(/1 0 0 1 (\S+) (\S+) Tm\n\/(F\d+) (\S+) Tf\n(?:\S+ Tr\n)?([\s\S]*?)ET/g);
  return Array.from(blocks, ([, x, y, font, size, shown]) => {
    const glyphs = Array.from(
      (shown ?? '').matchAll(/<(\w+)>/g),
      (hex) => hex[1]?.match(/\w{4}/g) ?? [],
    ).flat();
    const map = fonts.get(font ?? '');
    const text = glyphs.map((glyph) => map?.get(Number.parseInt(glyph, 16)) ?? '').join('');
    return { text, x: Number(x), y: Number(y), sizePoints: Number(size) };
  });
}

/** The pieces of text on each page, in drawing order. */
export function readPdf(bytes: Uint8Array): readonly (readonly PlacedText[])[] {
  const objects = objectsOf(bytes);
  return [...objects.values()]
    .filter((body) => /\/Type \/Page\n/.test(body))
    .map((body) => textsOfPage(objects, body));
}

/** Text of each page, pieces joined without separators. */
export const pageTexts = (bytes: Uint8Array): readonly string[] =>
  readPdf(bytes).map((page) => page.map((placed) => placed.text).join(''));
