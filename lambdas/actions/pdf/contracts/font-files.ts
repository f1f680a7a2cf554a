/** Fonts of the PDF: the bundling copies these files side by side, the compiler opens the folder. */

/** A family in its two weights. */
export interface FontFamily {
  /** Name inside the font files, by which a template asks for it. */
  readonly name: string;
  /** Regular, then bold: paths below `node_modules`. */
  readonly packagePaths: readonly [regular: string, bold: string];
}

const expo = (name: string, folder: string, file: string): FontFamily => ({
  name,
  packagePaths: [
    `@expo-google-fonts/${folder}/400Regular/${file}_400Regular.ttf`,
    `@expo-google-fonts/${folder}/700Bold/${file}_700Bold.ttf`,
  ],
});

const embed = (name: string, folder: string, file: string): FontFamily => ({
  name,
  packagePaths: [
    `@embedpdf/fonts-${folder}/fonts/${file}-Regular.otf`,
    `@embedpdf/fonts-${folder}/fonts/${file}-Bold.otf`,
  ],
});

/**
 * Families before and after those for Han letters, in the order in which a letter is looked for.
 * - Noto Sans: Latin with Vietnamese, Greek, Cyrillic, most signs of currencies.
 * - Amiri: Arabic, Persian, Urdu. The Noto families draw dots as glyphs of their own, and join lam and alef into one; viewers
 *   then find other letters than were written.
 * - DejaVu Sans: Armenian, Georgian, arrows, mathematics, signs, and the box for what no font has.
 * - Noto Emoji: in one colour. Last, because it has the digits too.
 */
export const FONT_FAMILIES = {
  text: expo('Noto Sans', 'noto-sans', 'NotoSans'),
  hebrew: expo('Noto Sans Hebrew', 'noto-sans-hebrew', 'NotoSansHebrew'),
  arabic: expo('Amiri', 'amiri', 'Amiri'),
  thai: expo('Noto Sans Thai', 'noto-sans-thai', 'NotoSansThai'),
  devanagari: expo('Noto Sans Devanagari', 'noto-sans-devanagari', 'NotoSansDevanagari'),
  bengali: expo('Noto Sans Bengali', 'noto-sans-bengali', 'NotoSansBengali'),
  tamil: expo('Noto Sans Tamil', 'noto-sans-tamil', 'NotoSansTamil'),
  japanese: embed('Noto Sans Japanese', 'jp', 'NotoSansJP'),
  simplifiedChinese: embed('Noto Sans S Chinese', 'sc', 'NotoSansHans'),
  traditionalChinese: embed('Noto Sans T Chinese', 'tc', 'NotoSansHant'),
  korean: embed('Noto Sans Korean', 'kr', 'NotoSansKR'),
  symbols: {
    name: 'DejaVu Sans',
    packagePaths: ['dejavu-fonts-ttf/ttf/DejaVuSans.ttf', 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'],
  },
  emoji: expo('Noto Emoji', 'noto-emoji', 'NotoEmoji'),
} as const satisfies Record<string, FontFamily>;

/** Names a family of {@link FONT_FAMILIES}. */
export type FontFamilyKey = keyof typeof FONT_FAMILIES;
