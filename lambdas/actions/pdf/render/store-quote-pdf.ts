/**
 * `pdf.render`: stores the quote as a PDF under a content-addressed key. The object is never overwritten. `If-None-Match: *`
 * answers 412 if the object exists, which is the wanted result, and 409 while another write of it is in flight. Source: Amazon
 * S3 User Guide, "Conditional writes".
 */
import { HeadObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { ActionKind, KINDS } from '../../kinds.ts';
import { pdfRenderPayload } from './contracts/payload.ts';
import type { QuoteSnapshot } from '../../../shared/contracts/quote-snapshot.ts';
import type { EffectResult } from '../../../shared/contracts/effects.ts';
import { nameOf, QueueError } from '../../../shared/domain/errors.ts';
import type { Effect, EffectTask } from '../../../shared/domain/effect.ts';
import { payloadOf } from '../../task-payload.ts';

/** A rendered document. */
export interface RenderedPdf {
  readonly pdf: Uint8Array;
  /** Characters that no font has, shown as a box. */
  readonly boxCount: number;
}

/** Metadata of the object: how many characters of the quote are boxes on its pages. */
const BOXES = 'boxed-characters';

/** What the effect works with. */
export interface StoreQuotePdfOptions {
  readonly s3: S3Client;
  readonly bucketName: string;
  /** Renders the PDF; the same snapshot gives the same bytes. */
  readonly render: (snapshot: QuoteSnapshot) => Promise<RenderedPdf>;
  /** Key of the document: a hash of the snapshot and the renderer's version. */
  readonly documentKey: (snapshot: QuoteSnapshot) => string;
}

const statusOf = (thrown: unknown): number | undefined =>
  thrown instanceof S3ServiceException ? thrown.$metadata.httpStatusCode : undefined;

/** Codes with which S3 and the key service ask the client to slow down, with several statuses. */
const THROTTLED = /SlowDown|Throttl|TooManyRequests|RequestLimitExceeded|ServiceUnavailable/;
/** Temporary refusals: they say nothing about the request. */
const PASSING = /RequestTimeout|RequestTimeTooSkewed|ExpiredToken|TokenRefreshRequired|InternalError/;

/** A refused or failed S3 request as a {@link QueueError}. */
function storeError(thrown: unknown): QueueError {
  const status = statusOf(thrown);
  const name = thrown instanceof Error ? thrown.name : '';
  const detail = `S3 answered ${status ?? 'nothing'} (${nameOf(thrown)})`;
  if (status === 409) return new QueueError('PDF_STORE_CONFLICT', { detail, cause: thrown });
  if (PASSING.test(name)) return new QueueError('PROVIDER_UNAVAILABLE', { detail, cause: thrown });
  if (status === 503 || THROTTLED.test(name))
    return new QueueError('PROVIDER_RATE_LIMITED', {
      detail,
      cause: thrown,
      deferral: true,
      retryAfterSeconds: 1,
    });
  if (status === 403) return new QueueError('PROVIDER_UNAUTHORIZED', { detail, cause: thrown });
  if (status === 404) return new QueueError('PROVIDER_MISCONFIGURED', { detail, cause: thrown });
  if (status !== undefined && status >= 400 && status < 500)
    return new QueueError('PROVIDER_REFUSED', { detail, cause: thrown });
  return new QueueError('PROVIDER_UNAVAILABLE', { detail, cause: thrown });
}

/** Renders and stores the PDF. */
export class StoreQuotePdf implements Effect {
  readonly kind = ActionKind.PdfRender;
  readonly deduplicates = KINDS[ActionKind.PdfRender].deduplicates;
  readonly #options: StoreQuotePdfOptions;

  constructor(options: StoreQuotePdfOptions) {
    this.#options = options;
  }

  /** The key is a hash of the canonical snapshot and the renderer version, not of the bytes. */
  contentHash(task: EffectTask): string {
    return this.#keyOf(task);
  }

  #keyOf(task: EffectTask): string {
    return this.#options.documentKey(payloadOf(task, ActionKind.PdfRender, pdfRenderPayload).snapshot);
  }

  /** See {@link Effect.apply}. Delivered again, it finds the existing object. */
  async apply(task: EffectTask): Promise<EffectResult> {
    const { snapshot } = payloadOf(task, ActionKind.PdfRender, pdfRenderPayload);
    const { pdf, boxCount } = await this.#rendered(snapshot);
    const key = this.#keyOf(task);
    try {
      await this.#options.s3.send(
        new PutObjectCommand({
          Bucket: this.#options.bucketName,
          Key: key,
          Body: pdf,
          Metadata: { [BOXES]: String(boxCount) },
          IfNoneMatch: '*',
          ContentType: 'application/pdf',
          ContentDisposition: `inline; filename="${snapshot.quoteId}-r${snapshot.revision}.pdf"`,
        }),
      );
    } catch (thrown) {
      if (statusOf(thrown) !== 412) throw storeError(thrown);
    }
    return this.#result(key);
  }

  /** See {@link Effect.probe}. The role may list the bucket, so a missing object is 404 and not 403. */
  async probe(task: EffectTask): Promise<EffectResult | undefined> {
    const key = this.#keyOf(task);
    try {
      await this.#options.s3.send(new HeadObjectCommand({ Bucket: this.#options.bucketName, Key: key }));
      return this.#result(key);
    } catch (thrown) {
      if (statusOf(thrown) === 404) return undefined;
      // A HEAD has no body, so a 400 does not tell its reason, and some reasons are temporary.
      if (statusOf(thrown) === 400) throw new QueueError('PROVIDER_UNAVAILABLE', { cause: thrown });
      throw storeError(thrown);
    }
  }

  async #rendered(snapshot: QuoteSnapshot): Promise<RenderedPdf> {
    try {
      return await this.#options.render(snapshot);
    } catch (thrown) {
      throw new QueueError('PDF_RENDER_FAILED', {
        detail: `The renderer failed: ${nameOf(thrown)}`,
        cause: thrown,
      });
    }
  }

  #result(key: string): EffectResult {
    return {
      provider: 'pdf',
      externalId: key,
      location: `s3://${this.#options.bucketName}/${key}`,
      contentHash: key,
    };
  }
}
