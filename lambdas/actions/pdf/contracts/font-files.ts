/** Fonts of the PDF: the bundling copies these files side by side, the renderer opens them by `fileName`. */

/** A font file: where it comes from and what it is called in the fonts folder. */
export interface FontFile {
  /** Path below `node_modules`. */
  readonly packagePath: string;
  /** Name in the fonts folder. */
  readonly fileName: string;
}

/**
 * One file per face.
 * - `text`, `textBold`: M PLUS 1p. Latin with Vietnamese, Greek, Cyrillic, Hebrew, Japanese.
 * - `symbols`: DejaVu Sans. Arabic, Armenian, Georgian, arrows, mathematics, signs, and the box for what no face has.
 * - `han`: Noto Sans Hans. Chinese, simplified and traditional.
 * - `emoji`: Noto Emoji, in one colour.
 *
 * Not covered: Korean, Thai, Lao, Khmer, Burmese, Tibetan, Ethiopic and the Indic scripts; their letters are shown as
 * the box. Another script is one more line here and in the renderer's order of faces.
 */
export const FONT_FILES = {
  text: {
    packagePath: '@expo-google-fonts/m-plus-1p/400Regular/MPLUS1p_400Regular.ttf',
    fileName: 'MPLUS1p_400Regular.ttf',
  },
  textBold: {
    packagePath: '@expo-google-fonts/m-plus-1p/700Bold/MPLUS1p_700Bold.ttf',
    fileName: 'MPLUS1p_700Bold.ttf',
  },
  symbols: { packagePath: 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf', fileName: 'DejaVuSans.ttf' },
  han: {
    packagePath: '@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf',
    fileName: 'NotoSansHans-Regular.otf',
  },
  emoji: {
    packagePath: '@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf',
    fileName: 'NotoEmoji_400Regular.ttf',
  },
} as const satisfies Record<string, FontFile>;

/** Names a face of {@link FONT_FILES}. */
export type FontFace = keyof typeof FONT_FILES;
