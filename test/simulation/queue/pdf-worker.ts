/** `run-action-pdf` with the production effect and store, and a renderer that takes no time. */
import { S3Client } from '@aws-sdk/client-s3';
import { ActionKind } from '../../../lambdas/actions/kinds.ts';
import { StoreQuotePdf } from '../../../lambdas/actions/pdf/render/store-quote-pdf.ts';
import { documentKey } from '../../../lambdas/actions/pdf/engine/document-key.ts';
import { createRunActionHandler } from '../../../lambdas/queue/handlers/run-action.ts';

const s3 = new S3Client({});

/** The handler. */
export const handler = createRunActionHandler('pdf', {
  [ActionKind.PdfRender]: () =>
    new StoreQuotePdf({
      s3,
      bucketName: 'documents',
      documentKey: (snapshot) => documentKey(snapshot, 'renderer/1'),
      render: (snapshot) => Promise.resolve({ pdf: new TextEncoder().encode(snapshot.quoteId), boxCount: 0 }),
    }),
});
