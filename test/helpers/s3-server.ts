/** The little of S3 that the queue uses: PUT with `If-None-Match: *`, and HEAD. */
import { S3Client } from '@aws-sdk/client-s3';
import { type RunningServer, startServer } from '../../tools/local/http-server.ts';

/** A running S3. */
export interface S3Server extends RunningServer {
  /** Keys in the order in which they were written; a key written twice stands there twice. */
  readonly writes: readonly string[];
  /** Answers of the next requests instead of S3's own, by method. */
  readonly refusals: { method: string; status: number }[];
  /** A client of it. */
  createClient(): S3Client;
}

/** Starts it, empty. */
export async function startS3(): Promise<S3Server> {
  const writes: string[] = [];
  const refusals: { method: string; status: number }[] = [];
  const server = await startServer((request) => {
    const key = request.path.split('/').slice(2).join('/');
    const refusal = refusals.findIndex(({ method }) => method === request.method);
    if (refusal >= 0) return Promise.resolve({ status: refusals.splice(refusal, 1)[0]?.status ?? 500 });
    if (request.method === 'HEAD') return Promise.resolve({ status: writes.includes(key) ? 200 : 404 });
    if (request.headers['if-none-match'] === '*' && writes.includes(key))
      return Promise.resolve({ status: 412 });
    writes.push(key);
    return Promise.resolve({ status: 200, headers: { etag: '"1"' } });
  });
  const createClient = (): S3Client =>
    new S3Client({
      endpoint: server.url,
      region: 'eu-central-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  return { ...server, writes, refusals, createClient };
}
