import { QueueError } from '../../../shared/domain/errors.ts';

/** The PDF could not be rendered. Terminal, because the same snapshot fails again in the same way. The cause is kept. */
export class PdfRenderFailed extends QueueError {
  override readonly name = 'PdfRenderFailed';
  constructor(detail: string, cause: unknown) {
    super('PDF_RENDER_FAILED', { detail, cause });
  }
}
