/** The data that a template gets as JSON; `docs/quote-template.md` describes it for those who write templates. */

/** One line of the quote; numbers and amounts as they are printed. */
export interface QuotePageLine {
  readonly sku: string;
  readonly description: string;
  readonly quantity: string;
  readonly unitPrice: string;
  /** `–` if the line has no discount. */
  readonly discount: string;
  readonly total: string;
}

/** The page. Texts are printable: each letter has a font, or is shown as a box. `\n` separates paragraphs. */
export interface QuotePage {
  /** Families in the order in which a letter is looked for. */
  readonly fonts: readonly string[];
  /** BCP 47 tag of the language of the labels. */
  readonly language: string;
  readonly quoteId: string;
  readonly revision: number;
  readonly title: string;
  /** As `2026-03-01 09:30 UTC`. */
  readonly acceptedAt: string;
  readonly currency: string;
  readonly seller: { readonly name: string; readonly address?: string | undefined };
  readonly customer: {
    readonly name: string;
    readonly email?: string | undefined;
    readonly address?: string | undefined;
  };
  readonly lines: readonly QuotePageLine[];
  readonly subtotal: string;
  readonly tax: string;
  readonly total: string;
  readonly notes?: string | undefined;
}
