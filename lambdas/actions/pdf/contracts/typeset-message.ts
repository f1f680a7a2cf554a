/** What the renderer and the process of the compiler tell each other. */

/** One document to set. */
export interface TypesetRequest {
  /** Data of the page as JSON. */
  readonly quote: string;
  /** Date of the document, epoch seconds. */
  readonly dateEpochSeconds: number;
}

/** The PDF, or why there is none: the compiler's message with file, line and column. */
export type TypesetAnswer =
  { readonly pdf: Uint8Array; readonly standard: string } | { readonly failure: string };
