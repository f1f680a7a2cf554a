import { QueueError } from '../../../shared/domain/errors.ts';

/** The PDF could not be made; terminal, since the same snapshot fails the same way again. The cause is kept. */
export class PdfRenderFailed extends QueueError {
  override readonly name = 'PdfRenderFailed';
  constructor(detail: string, cause: unknown) {
    super('PDF_RENDER_FAILED', { detail, cause });
  }
}
