/**
 * Sets documents in a process of its own (`typeset-process.ts`), one after another.
 *
 * Invariants
 * 1. The process has no variable of its parent's environment but the place of libraries (`TYPESET_ENVIRONMENT`).
 * 2. A document that exceeds a limit ends the process; the next document gets a new one.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {
  TYPESET_ENVIRONMENT,
  TYPESET_LIMITS,
  type TypesetAnswer,
  type TypesetLimits,
  type TypesetRequest,
} from '../contracts/typeset-message.ts';
import { TypesetterFile } from '../contracts/typesetter-files.ts';

const MEMORY_CHECK_MS = 50;
const PAGE_BYTES = 4_096;

/** Where Lambda has the libraries of Node.js. */
function libraryPath(): Readonly<Record<string, string>> {
  const { LD_LIBRARY_PATH } = process.env;
  return LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH };
}

/** Memory of a process in MB; 0 where the system does not say it, or when it has ended. */
function residentMb(pid: number | undefined): number {
  try {
    const pages = readFileSync(`/proc/${pid ?? 0}/statm`, 'utf8').split(' ')[1];
    return (Number(pages) * PAGE_BYTES) / 1e6;
  } catch {
    return 0;
  }
}

/** See the file head. */
export class Typesetter {
  readonly #dir: string;
  readonly #limits: TypesetLimits;
  #process: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param dir the typesetter's folder, with the files of `TypesetterFile` */
  constructor(dir: string, limits: TypesetLimits = TYPESET_LIMITS) {
    this.#dir = dir;
    this.#limits = limits;
  }

  /** Starts the process, so that the first document does not wait for it. */
  start(): void {
    this.#running();
  }

  /** Ends the process. A later document starts a new one. */
  stop(): void {
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }

  /** The document, or the compiler's message. @throws {Error} when the process ends or exceeds a limit */
  typeset(request: TypesetRequest): Promise<TypesetAnswer> {
    const answer = this.#last.then(() => this.#ask(request));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  #running(): ChildProcess {
    if (this.#process !== undefined) return this.#process;
    const started = fork(path.join(this.#dir, TypesetterFile.Process), [this.#dir], {
      env: { ...TYPESET_ENVIRONMENT, ...libraryPath() },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    started.once('exit', () => {
      if (this.#process === started) this.#process = undefined;
    });
    started.unref();
    started.channel?.unref();
    this.#process = started;
    return started;
  }

  async #ask(request: TypesetRequest): Promise<TypesetAnswer> {
    const child = this.#running();
    const { promise, resolve, reject } = Promise.withResolvers<TypesetAnswer>();
    const stop = (reason: string): void => {
      this.stop();
      reject(new Error(reason));
    };
    const ended = (): void => reject(new Error('The process of the compiler ended.'));
    const time = setTimeout(
      () => stop(`The document took more than ${this.#limits.timeMs} ms.`),
      this.#limits.timeMs,
    );
    const memory = setInterval(() => {
      if (residentMb(child.pid) > this.#limits.memoryMb)
        stop(`The document took more than ${this.#limits.memoryMb} MB.`);
    }, MEMORY_CHECK_MS);
    child.channel?.ref();
    child.once('message', resolve).once('exit', ended).once('error', reject);
    try {
      child.send(request);
      return await promise;
    } finally {
      clearTimeout(time);
      clearInterval(memory);
      child.off('message', resolve).off('exit', ended).off('error', reject);
      child.channel?.unref();
    }
  }
}
