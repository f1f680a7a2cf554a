/** The PDF renderer. Only the function that renders PDFs imports this: it needs the typesetter's folder beside it. */
export { documentKey } from './document-key.ts';
export { QuoteRenderer, type RenderedQuote } from './render-quote-pdf.ts';
