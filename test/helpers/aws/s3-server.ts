/** The part of S3 that the queue uses: PUT with `If-None-Match: *`, and HEAD. */
import { S3Client } from '@aws-sdk/client-s3';
import { type RunningServer, type ServerReply, startServer } from '../../../tools/rig/http/http-server.ts';

/** An answer to the next request of a method; `code` is S3's name of the error. */
export interface Refusal {
  readonly method: string;
  readonly status: number;
  readonly code?: string;
}

/** A running S3. */
export interface S3Server extends RunningServer {
  /** Written keys, in order; a key that is written twice is listed twice. */
  readonly writes: readonly string[];
  /** How many characters are boxes in an object, as its writer said, by key. */
  readonly boxes: ReadonlyMap<string, string>;
  /** Answers of the next requests instead of S3's own, by method. */
  readonly refusals: Refusal[];
  /** Creates a client of this server. */
  createClient(): S3Client;
}

const replyOf = ({ status, code }: Refusal = { method: 'PUT', status: 500 }): ServerReply => ({
  status,
  ...(code === undefined ? {} : { body: `<Error><Code>${code}</Code><Message>no</Message></Error>` }),
});

/** Starts an empty S3. */
export async function startS3(): Promise<S3Server> {
  const writes: string[] = [];
  const boxes = new Map<string, string>();
  const refusals: Refusal[] = [];
  const server = await startServer((request) => {
    const key = request.path.split('/').slice(2).join('/');
    const refusal = refusals.findIndex(({ method }) => method === request.method);
    if (refusal >= 0) return Promise.resolve(replyOf(refusals.splice(refusal, 1)[0]));
    if (request.method === 'HEAD') return Promise.resolve({ status: writes.includes(key) ? 200 : 404 });
    if (request.headers['if-none-match'] === '*' && writes.includes(key))
      return Promise.resolve({ status: 412 });
    writes.push(key);
    boxes.set(key, String(request.headers['x-amz-meta-boxed-characters']));
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
  return { ...server, writes, boxes, refusals, createClient };
}
