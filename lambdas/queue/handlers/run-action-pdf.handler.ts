/** `run-action-pdf`: drives `pdf.render` tasks. The only function that carries pdfmake and fonts. */
import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import { StoreQuotePdf } from '../../actions/pdf/render/store-quote-pdf.ts';
import { documentKey, renderQuotePdf } from '../../actions/pdf/engine/index.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { DOCUMENT_CLIENT_OPTIONS } from '../../shared/platform/client-options.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { createRunActionHandler } from './run-action.ts';

const bucketName = requireEnv(Env.DocumentsBucket);
/** Relative to the bundle, or absolute. */
const fontsDir = fileURLToPath(new URL(`${requireEnv(Env.FontsDir)}/`, import.meta.url));
const s3 = new S3Client(DOCUMENT_CLIENT_OPTIONS);

/** See {@link createRunActionHandler}. */
export const handler = createRunActionHandler(
  'pdf',
  () =>
    new StoreQuotePdf({
      s3,
      bucketName,
      documentKey,
      render: (snapshot) => renderQuotePdf(snapshot, { fontsDir }),
    }),
);
