/**
 * Which letters the fonts have. A letter and its marks are set from one font, so a text is covered when each of its
 * graphemes has a font that covers all of it. Read from the `cmap` tables (OpenType 1.9.1, subtables of formats 4 and 12).
 */
import { closeSync, openSync, readSync } from 'node:fs';

const CODE_POINTS = 0x11_00_00;
/** Bit of each font in a mask; 32 fonts at most. */
const ALL_FONTS = -1;
const DEFAULT_IGNORABLE = /^\p{Default_Ignorable_Code_Point}$/u;

const readAt = (descriptor: number, position: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  readSync(descriptor, bytes, 0, length, position);
  return bytes;
};

const TABLE_ENTRY_BYTES = 16;

function cmapTable(descriptor: number, file: string): Buffer {
  const tableCount = readAt(descriptor, 0, 12).readUInt16BE(4);
  const entries = readAt(descriptor, 12, tableCount * TABLE_ENTRY_BYTES);
  for (let at = 0; at < entries.length; at += TABLE_ENTRY_BYTES) {
    if (entries.toString('latin1', at, at + 4) === 'cmap')
      return readAt(descriptor, entries.readUInt32BE(at + 8), entries.readUInt32BE(at + 12));
  }
  throw new Error(`${file}: expected a font with a table cmap`);
}

type Mark = (codePoint: number) => void;

/** Format 12: groups of first code point, last code point, first glyph. */
function markGroups(table: Buffer, mark: Mark): void {
  const groupCount = table.readUInt32BE(12);
  for (let group = 0; group < groupCount; group += 1) {
    const at = 16 + group * 12;
    const last = Math.min(table.readUInt32BE(at + 4), CODE_POINTS - 1);
    for (let codePoint = table.readUInt32BE(at); codePoint <= last; codePoint += 1) mark(codePoint);
  }
}

/** Format 4: segments whose glyph is the code point plus a delta, or is looked up. */
function markSegments(table: Buffer, mark: Mark): void {
  const double = table.readUInt16BE(6);
  for (let at = 0; at < double; at += 2) {
    const last = table.readUInt16BE(14 + at);
    const first = table.readUInt16BE(16 + double + at);
    const delta = table.readUInt16BE(16 + 2 * double + at);
    const offsetAt = 16 + 3 * double + at;
    const offset = table.readUInt16BE(offsetAt);
    for (let codePoint = first; codePoint <= last && codePoint < 0xff_ff; codePoint += 1) {
      const glyph =
        offset === 0 ? codePoint : table.readUInt16BE(offsetAt + offset + 2 * (codePoint - first));
      if (glyph !== 0 && ((glyph + delta) & 0xff_ff) !== 0) mark(codePoint);
    }
  }
}

function markSubtables(cmap: Buffer, mark: Mark): void {
  const count = cmap.readUInt16BE(2);
  const offsets = new Set(Array.from({ length: count }, (_, index) => cmap.readUInt32BE(8 + index * 8)));
  for (const offset of offsets) {
    const table = cmap.subarray(offset);
    const format = table.readUInt16BE(0);
    if (format === 12) markGroups(table, mark);
    if (format === 4) markSegments(table, mark);
  }
}

/** What a list of fonts can show. */
export class GlyphCoverage {
  /** For each code point a bit for each font that has it. */
  readonly #masks = new Int32Array(CODE_POINTS);

  /** @param files at most 32 font files @throws when one cannot be read or is no font */
  constructor(files: readonly string[]) {
    for (const [index, file] of files.entries()) this.#add(file, 1 << index);
  }

  #add(file: string, bit: number): void {
    const descriptor = openSync(file, 'r');
    try {
      markSubtables(cmapTable(descriptor, file), (codePoint) => {
        this.#masks[codePoint] = (this.#masks[codePoint] ?? 0) | bit;
      });
    } finally {
      closeSync(descriptor);
    }
  }

  /** Fonts that have each code point of a text, as bits; all bits for an empty text. Invisible characters need no font. */
  fontsOf(text: string): number {
    let mask = ALL_FONTS;
    for (const character of text) {
      const own = this.#masks[character.codePointAt(0) ?? 0] ?? 0;
      if (own !== ALL_FONTS && !DEFAULT_IGNORABLE.test(character)) mask &= own;
    }
    return mask;
  }

  /** Whether one font has all of a grapheme. */
  covers(grapheme: string): boolean {
    return this.fontsOf(grapheme) !== 0;
  }

  /** Whether the font with this index has all of a text. */
  fontCovers(index: number, text: string): boolean {
    return (this.fontsOf(text) & (1 << index)) !== 0;
  }
}
