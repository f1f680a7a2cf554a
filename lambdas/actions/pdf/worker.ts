/** The effects of `run-action-pdf`, the only function that bundles compiler and fonts. */
import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import { Env } from '../../shared/contracts/environment.ts';
import { DOCUMENT_CLIENT_OPTIONS } from '../../shared/platform/client-options.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { ActionKind } from '../kinds.ts';
import type { WorkerEffects } from '../worker-effects.ts';
import { documentKey, QuoteRenderer } from './engine/index.ts';
import { StoreQuotePdf } from './render/store-quote-pdf.ts';

const bucketName = requireEnv(Env.DocumentsBucket);
/** Its folder is relative to the bundle, or absolute. */
const renderer = new QuoteRenderer(
  fileURLToPath(new URL(`${requireEnv(Env.TypesetterDir)}/`, import.meta.url)),
);
// Loading the module has a whole core of its own on AWS, before the first task.
renderer.start();
const s3 = new S3Client(DOCUMENT_CLIENT_OPTIONS);

/** See {@link WorkerEffects}. */
export const pdfEffects: WorkerEffects<'pdf'> = {
  [ActionKind.PdfRender]: () =>
    new StoreQuotePdf({
      s3,
      bucketName,
      documentKey: (snapshot) => documentKey(snapshot, renderer.version),
      render: (snapshot) => renderer.render(snapshot),
    }),
};
