/** The effects of `run-action-pdf`, the only function that bundles pdfmake and fonts. */
import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import { Env } from '../../shared/contracts/environment.ts';
import { DOCUMENT_CLIENT_OPTIONS } from '../../shared/platform/client-options.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { ActionKind } from '../kinds.ts';
import type { WorkerEffects } from '../worker-effects.ts';
import { documentKey, renderQuotePdf } from './engine/index.ts';
import { StoreQuotePdf } from './render/store-quote-pdf.ts';

const bucketName = requireEnv(Env.DocumentsBucket);
/** Relative to the bundle, or absolute. */
const fontsDir = fileURLToPath(new URL(`${requireEnv(Env.FontsDir)}/`, import.meta.url));
const s3 = new S3Client(DOCUMENT_CLIENT_OPTIONS);

/** See {@link WorkerEffects}. */
export const pdfEffects: WorkerEffects<'pdf'> = {
  [ActionKind.PdfRender]: () =>
    new StoreQuotePdf({
      s3,
      bucketName,
      documentKey,
      render: (snapshot) => renderQuotePdf(snapshot, { fontsDir }),
    }),
};
