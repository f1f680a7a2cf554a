/** Opens the faces of a fonts folder and answers what they can show and how wide it is. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { create } from 'fontkit';
import type { Font } from 'fontkit';
import { FONT_FILES, type FontFace } from '../contracts/font-files.ts';
import { PdfRenderFailed } from './pdf-render-failed.ts';

interface OpenFace {
  readonly file: Buffer;
  readonly font: Font;
  /** Widths of short texts in ems. Words repeat, and shaping is the expensive part of layout. */
  readonly widthsEm: Map<string, number>;
}

/** Words longer than this are rare: they are measured each time. UTF-16 code units. */
const CACHED_TEXT_LENGTH = 24;
/** Maximum entries, about 2 MB for each face, which bounds the memory of a warm function. A full cache is emptied. */
const CACHED_TEXTS = 20_000;

/** The faces of one folder, each opened when a text first needs it. */
export class FontSet {
  readonly #fontsDir: string;
  readonly #open = new Map<FontFace, OpenFace>();

  /** @param fontsDir folder that holds the files of `FONT_FILES` by their `fileName` */
  constructor(fontsDir: string) {
    this.#fontsDir = fontsDir;
  }

  /** Bytes of a face's file. @throws {PdfRenderFailed} when the file cannot be read */
  fileOf(face: FontFace): Buffer {
    return this.#face(face).file;
  }

  /** Whether a face has a glyph for a code point. @throws {PdfRenderFailed} when its file cannot be read */
  covers(face: FontFace, codePoint: number): boolean {
    return this.#face(face).font.hasGlyphForCodePoint(codePoint);
  }

  /** Width of a text set in one face, in ems. @throws {PdfRenderFailed} when the face's file cannot be read */
  widthEm(face: FontFace, text: string): number {
    const { font, widthsEm } = this.#face(face);
    const cached = widthsEm.get(text);
    if (cached !== undefined) return cached;
    const widthEm = font.layout(text).advanceWidth / font.unitsPerEm;
    if (text.length > CACHED_TEXT_LENGTH) return widthEm;
    if (widthsEm.size >= CACHED_TEXTS) widthsEm.clear();
    widthsEm.set(text, widthEm);
    return widthEm;
  }

  #face(face: FontFace): OpenFace {
    const known = this.#open.get(face);
    if (known !== undefined) return known;
    const opened = this.#read(FONT_FILES[face].fileName);
    this.#open.set(face, opened);
    return opened;
  }

  #read(fileName: string): OpenFace {
    try {
      const file = readFileSync(path.join(this.#fontsDir, fileName));
      return { file, font: create(file), widthsEm: new Map() };
    } catch (cause) {
      throw new PdfRenderFailed(`fontsDir: expected the font ${fileName} there`, cause);
    }
  }
}

const sets = new Map<string, FontSet>();

/** The faces of a folder; the same set for the life of the process, so that a warm function reads no file twice. */
export function fontSetOf(fontsDir: string): FontSet {
  const known = sets.get(fontsDir);
  if (known !== undefined) return known;
  const set = new FontSet(fontsDir);
  sets.set(fontsDir, set);
  return set;
}
