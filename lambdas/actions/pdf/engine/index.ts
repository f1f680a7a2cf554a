/** The PDF renderer. Only the function that renders PDFs imports this: it brings pdfmake and fontkit. */
export { documentKey, RENDERER_VERSION } from './document-key.ts';
export { renderQuotePdf } from './render-quote-pdf.ts';
