/** The part of S3 for documents: put if absent, and head. */
import { HeadObjectCommand, PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';

const refusal = (name: string, httpStatusCode: number): S3ServiceException =>
  new S3ServiceException({ name, $fault: 'client', message: name, $metadata: { httpStatusCode } });

/** The simulated S3. */
export class SimulatedS3 {
  readonly keys = new Set<string>();
  readonly #onPut: (key: string) => void;

  constructor(onPut: (key: string) => void) {
    this.#onPut = onPut;
  }

  /** Executes a command. @throws {S3ServiceException} like the service */
  execute(command: unknown): object {
    if (command instanceof HeadObjectCommand) {
      if (!this.keys.has(command.input.Key ?? '')) throw refusal('NotFound', 404);
      return {};
    }
    if (command instanceof PutObjectCommand) return this.#put(command.input);
    throw new Error('The simulated S3 does not know this command');
  }

  #put(input: PutObjectCommand['input']): object {
    const key = input.Key ?? '';
    if (input.IfNoneMatch === '*' && this.keys.has(key)) throw refusal('PreconditionFailed', 412);
    this.keys.add(key);
    this.#onPut(key);
    return {};
  }
}
