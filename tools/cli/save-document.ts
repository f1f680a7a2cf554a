/** Downloads the document of a `pdf.render` from its bucket to a file. */
import { writeFileSync } from 'node:fs';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AnsweredTask } from './answers.ts';
import { CliError } from './cli-error.ts';
import { explaining } from './target/stage-target.ts';
import type { Target } from './target/target.ts';
import { withinLimit } from './time-limit.ts';

const S3_OBJECT = /^s3:\/\/([^/]+)\/(.+)$/;

const objectOf = (task: AnsweredTask): { readonly Bucket: string; readonly Key: string } => {
  const [, Bucket, Key] = S3_OBJECT.exec(task.effect?.location ?? '') ?? [];
  if (Bucket !== undefined && Key !== undefined) return { Bucket, Key };
  throw new CliError(
    `--save: expected a completed pdf.render; ${task.taskId} is a ${task.kind}, ${task.state}`,
  );
};

/** A document has some hundred KB. */
const READ_LIMIT_MS = 30_000;

const read = async (target: Target, task: AnsweredTask, abortSignal: AbortSignal): Promise<Uint8Array> => {
  const { region, credentials, awsEndpointUrl: endpoint } = target;
  const local = endpoint === undefined ? {} : { endpoint, forcePathStyle: true };
  const s3 = new S3Client({ region, credentials, ...local });
  try {
    const { Body } = await s3.send(new GetObjectCommand(objectOf(task)), { abortSignal });
    if (Body === undefined) throw new CliError(`${task.taskId}: expected a document, got an empty answer`);
    return await Body.transformToByteArray();
  } finally {
    s3.destroy();
  }
};

/**
 * Writes the PDF of a completed `pdf.render` to `file` and overwrites an existing file. The caller's own credentials must be
 * allowed to read it. Returns its size in bytes.
 * @throws {CliError} when the task has no document, it cannot be read, or the file cannot be written
 */
export async function saveDocument(
  target: Target,
  task: AnsweredTask,
  file: string,
  limitMs: number = READ_LIMIT_MS,
): Promise<number> {
  const what = 'The document could not be read';
  const bytes = await explaining(what, () =>
    withinLimit(what, limitMs, (signal) => read(target, task, signal)),
  );
  try {
    writeFileSync(file, bytes);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`--save: expected a file that can be written (${why})`, { cause });
  }
  return bytes.length;
}
