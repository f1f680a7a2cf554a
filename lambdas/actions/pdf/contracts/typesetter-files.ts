/** What the folder of the typesetter holds: the bundling makes it, the renderer opens it. */

/** Names in the folder. */
export const TypesetterFile = {
  /** The compiler, native code for one platform. */
  Compiler: 'compiler.node',
  /** The process that runs the compiler. */
  Process: 'typeset.mjs',
  /** Fonts of `FONT_FAMILIES`. */
  Fonts: 'fonts',
  /** Everything that a template may read: the template, its pictures, its fonts. */
  Template: 'template',
  /** Name of the template's file in its folder. */
  Main: 'main',
  /** Version of the renderer: a hash over everything that decides how a page looks. */
  Version: 'version',
} as const;

/** Folder of the helpers beside every template; a team's folder has no such folder of its own. */
export const HELPERS = 'quoteq';
/** Where a template's own fonts are, in its folder. */
export const TEMPLATE_FONTS = 'fonts';

/** Version of the data that a template gets and of the rules for text, part of the renderer's version. */
export const PAGE_DATA_VERSION = 'quote-page/1';
